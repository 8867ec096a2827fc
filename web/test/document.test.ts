import { expect, test, vi } from "vitest";

import type { Bridge, Outcome, RunHandlers, RunResult } from "../src/bridge";
import type { Cell } from "../src/cell";
import { CellDocument } from "../src/document";

/** A cell that only remembers what was asked of it. */
function fakeCell(number: number): Cell & { calls: string[]; click(): void } {
  const events = new EventTarget();
  const calls: string[] = [];
  return {
    number,
    code: `code ${number}`,
    calls,
    addEventListener: events.addEventListener.bind(events),
    click: () => events.dispatchEvent(new Event("nd-run")),
    queue: () => calls.push("queue"),
    begin: () => calls.push("begin"),
    write: (stream: string, text: string) => calls.push(`${stream} ${text}`),
    end: (result: RunResult) => calls.push(result.outcome),
    forget: (output: string) => calls.push(`forget ${output}`),
  } as unknown as Cell & { calls: string[]; click(): void };
}

/** A bridge whose runs end when the test says so. */
class FakeBridge {
  codes: string[] = [];
  private resolve: ((result: RunResult) => void) | null = null;

  run(_cell: number, code: string, handlers: RunHandlers): Promise<RunResult> {
    this.codes.push(code);
    handlers.onStart();
    handlers.onOutput("stdout", "hello");
    return new Promise((resolve) => (this.resolve = resolve));
  }

  async end(outcome: Outcome): Promise<void> {
    this.resolve?.({ outcome, milliseconds: 1 });
    await new Promise((resolve) => setTimeout(resolve));
  }

  stop = () => void this.end("stopped");
  restart = () => void this.end("stopped");
}

function setUp() {
  const cells = [1, 2, 3].map(fakeCell);
  const bridge = new FakeBridge();
  const onChange = vi.fn();
  const doc = new CellDocument(cells, bridge as unknown as Bridge, onChange);
  return { cells, bridge, doc, onChange };
}

test("cells run in order, one at a time, and show what they print", async () => {
  const { cells, bridge, doc } = setUp();
  doc.runAll();
  expect(bridge.codes).toEqual(["code 1"]);
  expect(doc.running).toBe(cells[0]);
  await bridge.end("ok");
  expect(bridge.codes).toEqual(["code 1", "code 2"]);
  await bridge.end("ok");
  await bridge.end("ok");
  expect(doc.running).toBeNull();
  expect(cells[2]!.calls).toEqual(["queue", "begin", "stdout hello", "ok"]);
});

test("a cell's own request runs it, and one that waits already is not queued twice", async () => {
  const { cells, bridge } = setUp();
  cells[1]!.click();
  cells[0]!.click();
  cells[0]!.click();
  cells[1]!.click();
  await bridge.end("ok");
  await bridge.end("ok");
  expect(bridge.codes).toEqual(["code 2", "code 1"]);
});

test("after a failure the waiting cells do not run, and the next request does", async () => {
  const { cells, bridge, doc } = setUp();
  doc.runAll();
  await bridge.end("failed");
  expect(bridge.codes).toEqual(["code 1"]);
  expect(cells[1]!.calls).toEqual(["queue", "forget keep"]);
  cells[2]!.click();
  expect(bridge.codes).toEqual(["code 1", "code 3"]);
});

test("stop forgets the other cells, whose variables are gone, but keeps what they showed", async () => {
  const { cells, bridge, doc } = setUp();
  doc.run(cells[0]!);
  await bridge.end("ok");
  doc.run(cells[1]!);
  await doc.stop();
  expect(cells[1]!.calls.at(-1)).toBe("stopped");
  expect(cells[0]!.calls.at(-1)).toBe("forget keep");
  expect(doc.running).toBeNull();
});

test("restart clears every cell, the one under way too", async () => {
  const { cells, doc } = setUp();
  doc.runAll();
  await doc.restart();
  for (const cell of cells) expect(cell.calls.at(-1)).toBe("forget clear");
});
