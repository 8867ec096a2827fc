import { expect, test } from "vitest";

import { readWorkerMessage } from "../src/messages";

test("a message of the protocol is read field by field", () => {
  const message = { type: "done", ok: true, milliseconds: 3, extra: "dropped" };
  expect(readWorkerMessage(message)).toEqual({ type: "done", ok: true, milliseconds: 3 });
});

test.each([
  null,
  undefined,
  7,
  "done",
  [],
  {},
  { type: "run", cell: 1, code: "x" },
  { type: "output", stream: "html", text: "x" },
  { type: "output", stream: "constructor", text: "x" },
  { type: "output", stream: "stdout", text: { toString: () => "x" } },
  { type: "done", ok: "yes", milliseconds: 1 },
  { type: "show", mime: "text/html", data: 7, id: null },
  { type: "show", mime: "text/html", data: "x", id: "1" },
  { type: "answer", id: 1.5, data: "[]" },
  { type: "answer", id: 1, data: [] },
  { type: "dead" },
  Object.create({ type: "dead", reason: "inherited" }),
])("anything else is no message: %j", (data) => {
  expect(readWorkerMessage(data)).toBeNull();
});

test("a text without end is cut", () => {
  const message = readWorkerMessage({ type: "dead", reason: "x".repeat(5_000_000) });
  expect(message).toMatchObject({ type: "dead" });
  expect((message as { reason: string }).reason.length).toBe(4_000_000);
});
