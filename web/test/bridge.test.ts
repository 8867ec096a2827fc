import { beforeEach, expect, test, vi } from "vitest";

import { Bridge, type RunResult, type RuntimeState, type WorkerLike } from "../src/bridge";
import type { FromWorker, RuntimeFiles, ToWorker } from "../src/messages";

const FILES: RuntimeFiles = { folder: "/runtime/", wheel: "w", bytes: { w: 3, z: 4 }, lock: "" };

class FakeWorker implements WorkerLike {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  received: ToWorker[] = [];
  terminated = false;

  postMessage(message: ToWorker): void {
    this.received.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromWorker): void {
    this.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  }

  ready(): void {
    this.say({ type: "ready", python: "3", ndgrad: "1" });
  }

  get runs(): ToWorker[] {
    return this.received.filter((message) => message.type === "run");
  }
}

let workers: FakeWorker[];
let states: RuntimeState[];
let bridge: Bridge;

beforeEach(() => {
  workers = [];
  states = [];
  bridge = new Bridge(
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
    FILES,
    (state) => states.push(state),
  );
});

function run(code = "x"): { result: Promise<RunResult>; onStart: () => void; output: string[] } {
  const output: string[] = [];
  const onStart = vi.fn();
  const onOutput = (stream: string, text: string) => output.push(`${stream}: ${text}`);
  return { result: bridge.run(7, code, { onStart, onOutput }), onStart, output };
}

test("loading starts with a total, and the worker is told what to load", () => {
  bridge.restart();
  expect(states).toEqual([{ phase: "loading", loaded: 0, total: 7 }]);
  expect(workers[0]!.received).toEqual([{ type: "start", files: FILES }]);
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
  expect(workers).toHaveLength(1);
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
  expect(workers).toHaveLength(2);
});

test("stop before Python is ready only takes the cell back", async () => {
  bridge.restart();
  const { result } = run();
  bridge.stop();
  expect((await result).outcome).toBe("cancelled");
  workers[0]!.ready();
  expect(workers[0]!.runs).toEqual([]);
  expect(workers).toHaveLength(1);
});

test("a Python that dies ends the run, says why, and the next run starts another", async () => {
  bridge.restart();
  workers[0]!.ready();
  const { result } = run();
  workers[0]!.say({ type: "dead", reason: "unreachable" });
  expect((await result).outcome).toBe("dead");
  expect(states.at(-1)).toEqual({ phase: "dead", reason: "unreachable" });

  run("again");
  workers[1]!.ready();
  expect(workers[1]!.runs).toHaveLength(1);
});

test("a worker that cannot be loaded is a dead Python too", () => {
  bridge.restart();
  workers[0]!.onerror!({ message: "" } as ErrorEvent);
  expect(states.at(-1)?.phase).toBe("dead");
});
