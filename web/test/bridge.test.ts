import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Bridge, type RunResult } from "../src/bridge";
import type { RuntimeState } from "../src/interpreter";
import type { FromWorker, ToWorker } from "../src/messages";
import type { WorkerLike } from "../src/sandbox/sandbox";
import { text } from "../src/strings";

class FakeWorker implements WorkerLike {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((reason: string) => void) | null = null;
  received: ToWorker[] = [];
  terminated = false;
  heeds = false;

  postMessage(message: ToWorker): void {
    this.received.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  interrupt(): boolean {
    return this.heeds;
  }

  say(message: FromWorker): void {
    this.onmessage?.({ data: message });
  }

  ready(): void {
    this.say({ type: "ready", python: "3", ndgrad: "1", restored: false });
  }

  get runs(): ToWorker[] {
    return this.received.filter((message) => message.type === "run");
  }
}

let workers: FakeWorker[];
let states: RuntimeState[];
let bridge: Bridge;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  states = [];
  bridge = new Bridge(
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
    (state) => states.push(state),
  );
});

afterEach(() => vi.useRealTimers());

/** Until a spare has been started. */
const wait = () => vi.advanceTimersByTime(1000);

function run(code = "x"): { result: Promise<RunResult>; onStart: () => void; output: string[] } {
  const output: string[] = [];
  const onStart = vi.fn();
  const onOutput = (stream: string, text: string) => output.push(`${stream}: ${text}`);
  return {
    result: bridge.run(7, code, { onStart, onOutput, onShow: vi.fn(), onRecorded: vi.fn() }),
    onStart,
    output,
  };
}

/** The workers that have not been ended. */
const living = () => workers.filter((worker) => !worker.terminated);

test("loading shows its bytes until a Python starts", () => {
  bridge.restart();
  bridge.progress(3, 7);
  workers[0]!.say({ type: "phase", phase: "starting" });
  bridge.progress(7, 7);
  expect(states.map(({ phase }) => phase)).toEqual(["loading", "loading", "starting"]);
  expect(states[1]).toEqual({ phase: "loading", loaded: 3, total: 7 });
});

test("a run waits for Python, streams its output and ends with its time", async () => {
  bridge.restart();
  const { result, onStart, output } = run("print(1)");
  expect(workers[0]!.runs).toEqual([]);
  expect(onStart).not.toHaveBeenCalled();

  workers[0]!.ready();
  expect(onStart).toHaveBeenCalledOnce();
  expect(workers[0]!.runs).toEqual([{ type: "run", cell: 7, code: "print(1)" }]);

  workers[0]!.say({ type: "output", stream: "stdout", text: "1\n" });
  expect(output).toEqual(["stdout: 1\n"]);
  workers[0]!.say({ type: "done", ok: true, milliseconds: 2 });
  expect(await result).toEqual({ outcome: "ok", milliseconds: 2 });
});

test("a cell that raised ends as failed, and the next one runs in the same Python", async () => {
  bridge.restart();
  workers[0]!.ready();
  const first = run();
  workers[0]!.say({ type: "done", ok: false, milliseconds: 1 });
  expect((await first.result).outcome).toBe("failed");
  run();
  expect(workers[0]!.runs).toHaveLength(2);
});

test("stop replaces a Python that is running, and hears no more of the old one", async () => {
  bridge.restart();
  const old = workers[0]!;
  old.ready();
  const { result, output } = run("while True: pass");
  bridge.stop();
  old.say({ type: "output", stream: "stdout", text: "late" });
  expect((await result).outcome).toBe("stopped");
  expect(old.terminated).toBe(true);
  expect(output).toEqual([]);
});

test("a warm spare takes over at once, and another becomes the spare", async () => {
  bridge.restart();
  workers[0]!.ready();
  expect(workers).toHaveLength(1);
  wait();
  expect(workers).toHaveLength(2);
  workers[1]!.ready();
  const { result } = run("while True: pass");
  bridge.stop();
  expect((await result).outcome).toBe("stopped");
  run("next");
  expect(workers[1]!.runs).toEqual([{ type: "run", cell: 7, code: "next" }]);
});

test("a spare that cannot start is given up, and does not disturb the Python at work", () => {
  bridge.restart();
  workers[0]!.ready();
  wait();
  workers[1]!.say({ type: "dead", reason: "no memory" });
  expect(states.at(-1)?.phase).toBe("ready");
  expect(living()).toEqual([workers[0]]);
});

test("after any number of stops one Python and one spare live", () => {
  bridge.restart();
  for (let i = 0; i < 200; i += 1) {
    for (const worker of living()) worker.ready();
    wait();
    void run();
    bridge.stop();
  }
  for (const worker of living()) worker.ready();
  wait();
  expect(living()).toHaveLength(2);
});

test("where an interrupt works, stop keeps the Python and its variables", async () => {
  bridge.restart();
  workers[0]!.heeds = true;
  workers[0]!.ready();
  const { result } = run("while True: pass");
  bridge.stop();
  workers[0]!.say({ type: "done", ok: false, milliseconds: 5 });
  expect(await result).toEqual({ outcome: "interrupted", milliseconds: 5 });
  expect(workers[0]!.terminated).toBe(false);
});

test("a cell that does not heed the interrupt is ended with its Python, and so at a second stop", async () => {
  for (const insist of [() => vi.advanceTimersByTime(2000), () => bridge.stop()]) {
    bridge.restart();
    const stubborn = living()[0]!;
    stubborn.heeds = true;
    stubborn.ready();
    const { result } = run("deaf");
    bridge.stop();
    expect(stubborn.terminated).toBe(false);
    insist();
    expect((await result).outcome).toBe("stopped");
    expect(stubborn.terminated).toBe(true);
  }
});

test("a Python that hangs is given up: while it starts, and before a cell begins", async () => {
  bridge.restart();
  workers[0]!.say({ type: "phase", phase: "starting" });
  vi.advanceTimersByTime(59_000);
  workers[0]!.say({ type: "phase", phase: "installing" });
  vi.advanceTimersByTime(59_000);
  expect(states.at(-1)?.phase).toBe("installing");
  vi.advanceTimersByTime(2_000);
  expect(states.at(-1)).toEqual({ phase: "dead", reason: text("silent") });
  expect(workers[0]!.terminated).toBe(true);

  const { result } = run();
  const hanging = living()[0]!;
  hanging.ready();
  vi.advanceTimersByTime(11_000);
  expect((await result).outcome).toBe("dead");
  expect(hanging.terminated).toBe(true);
});

test("a cell that has begun may be silent for as long as it likes, and an idle Python too", () => {
  bridge.restart();
  workers[0]!.ready();
  vi.advanceTimersByTime(3_600_000);
  void run();
  workers[0]!.say({ type: "begun" });
  vi.advanceTimersByTime(3_600_000);
  expect(workers[0]!.terminated).toBe(false);
});

test("a question that a Python does not answer waits no longer than a cell would", async () => {
  bridge.restart();
  workers[0]!.ready();
  const question = { kind: "complete", line: "nd." } as const;
  const [lost, answered] = [bridge.ask(question), bridge.ask(question)];
  workers[0]!.say({ type: "answer", id: 2, data: "[]" });
  expect(await answered).toBe("[]");
  vi.advanceTimersByTime(11_000);
  expect(await lost).toBe(null);
  workers[0]!.say({ type: "answer", id: 1, data: "late" });
  expect(workers[0]!.terminated).toBe(false);
});

test("what a worker says without being asked, or in no known form, changes nothing", () => {
  bridge.restart();
  workers[0]!.ready();
  const before = states.length;
  workers[0]!.say({ type: "done", ok: true, milliseconds: 1 });
  workers[0]!.say({ type: "output", stream: "stdout", text: "unasked" });
  for (const odd of [null, "run", [], { type: "ready" }, { type: "phase", phase: "installing!" }])
    workers[0]!.say(odd as never);
  expect(states).toHaveLength(before);
});

test("stop before Python is ready only takes the cell back", async () => {
  bridge.restart();
  const { result } = run();
  bridge.stop();
  expect((await result).outcome).toBe("cancelled");
  workers[0]!.ready();
  expect(workers[0]!.runs).toEqual([]);
  expect(workers[0]!.terminated).toBe(false);
});

test("a Python that dies ends the run, says why, and the next run starts another", async () => {
  bridge.restart();
  workers[0]!.ready();
  const { result } = run();
  workers[0]!.say({ type: "dead", reason: "unreachable" });
  expect((await result).outcome).toBe("dead");
  expect(states.at(-1)).toEqual({ phase: "dead", reason: "unreachable" });

  run("again");
  const next = living()[0]!;
  next.ready();
  expect(next.runs).toHaveLength(1);
});

test("a worker that cannot be loaded is a dead Python too", () => {
  bridge.restart();
  workers[0]!.onerror!("no such file");
  expect(states.at(-1)).toEqual({ phase: "dead", reason: "no such file" });
});
