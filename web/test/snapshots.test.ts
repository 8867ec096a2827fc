import { beforeEach, expect, test, vi } from "vitest";

import { Snapshots } from "../src/snapshots";

const { stored, broken } = vi.hoisted(() => ({
  stored: new Map<string, unknown>(),
  broken: { now: false },
}));

vi.mock("idb-keyval", () => {
  const use = async <T>(work: () => T): Promise<T> => {
    if (broken.now) throw new Error("no storage");
    return work();
  };
  return {
    getMany: (keys: string[]) => use(() => keys.map((key) => stored.get(key))),
    setMany: (rows: [string, unknown][]) => use(() => rows.forEach((row) => stored.set(...row))),
    set: (key: string, value: unknown) => use(() => stored.set(key, value)),
    del: (key: string) => use(() => stored.delete(key)),
  };
});

const SNAPSHOT = new ArrayBuffer(8);
const make = vi.fn(async () => SNAPSHOT);

beforeEach(() => {
  stored.clear();
  broken.now = false;
  make.mockClear();
});

/** A visit whose Python comes up: whether it was given a snapshot. */
async function visit(version = "1", restores = true): Promise<boolean> {
  const snapshots = new Snapshots(version);
  const taken = await snapshots.take();
  await snapshots.settle(taken !== null && restores);
  await snapshots.keep(make);
  return taken === SNAPSHOT;
}

test("the first visit keeps a snapshot, which later ones take", async () => {
  expect(await visit()).toBe(false);
  expect([await visit(), await visit()]).toEqual([true, true]);
  expect(make).toHaveBeenCalledOnce();
});

test("another version of the runtime has a snapshot of its own", async () => {
  await visit("1");
  expect(await visit("2")).toBe(false);
  expect(await visit("2")).toBe(true);
});

test("what Python did not start from is deleted, and no other is made of that version", async () => {
  await visit();
  await visit("1", false);
  expect([...stored.values()]).not.toContain(SNAPSHOT);
  expect(await visit()).toBe(false);
  expect(make).toHaveBeenCalledOnce();
  await visit("2");
  expect(await visit("2")).toBe(true);
});

test("a visit that never had a Python leaves a snapshot that nobody takes, and a new one is made", async () => {
  await visit();
  expect(await new Snapshots("1").take()).toBe(SNAPSHOT);
  expect(await visit()).toBe(false);
  expect(make).toHaveBeenCalledTimes(2);
  expect(await visit()).toBe(true);
});

test("only the first Python of a visit is believed", async () => {
  await visit();
  const snapshots = new Snapshots("1");
  await snapshots.take();
  await snapshots.settle(true);
  await snapshots.settle(false);
  expect(await visit()).toBe(true);
});

test("where none can be made, it is tried once", async () => {
  make.mockRejectedValueOnce(new Error("not a snapshot"));
  await visit();
  await visit();
  expect(make).toHaveBeenCalledOnce();
});

test("what is stored is not believed to be a snapshot", async () => {
  await visit();
  stored.set("python:snapshot", new ArrayBuffer(1 << 27));
  expect(await visit()).toBe(false);
  stored.set("python:snapshot", "text");
  expect(await new Snapshots("1").take()).toBe(null);
});

test("where storage is forbidden, every visit starts by itself", async () => {
  broken.now = true;
  expect([await visit(), await visit()]).toEqual([false, false]);
});
