/// <reference lib="webworker" />
/** The worker: one Python, one session of cells, and the messages in and out. */
import type { PyodideAPI } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";

import type { FromWorker, RuntimeFiles, Stream, ToWorker } from "./messages";
import { OutputBudget } from "./output";
import { startPython } from "./python";
import runnerSource from "./runner.py?raw";

/** A frame that is no cell's, in the stack that a dying Python writes. */
const INTERNAL_FRAME = /^ {2}File "(?!<cell )/;

/** Session of runner.py. */
interface Session extends PyProxy {
  run(cell: number, code: string): Promise<boolean>;
}

let pyodide: PyodideAPI | null = null;
let session: Promise<Session> | null = null;
let output: OutputBudget | null = null;

function send(message: FromWorker): void {
  postMessage(message);
}

onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  const work = data.type === "start" ? (session = start(data.files)) : run(data.cell, data.code);
  // A cell's own exception never comes here, but files that cannot be loaded do.
  work.catch(die);
};

// A trap in WebAssembly or os._exit surfaces in Python's event loop, outside every call from here.
onerror = (_event, _source, _line, _column, error) => !alive() && die(error);
onunhandledrejection = (event) => {
  if (alive()) return;
  event.preventDefault();
  die(event.reason);
};

function alive(): boolean {
  try {
    pyodide?.runPython("None");
    return true;
  } catch {
    return false;
  }
}

function die(error: unknown): void {
  send({ type: "dead", reason: error instanceof Error ? error.message : String(error) });
}

async function start(files: RuntimeFiles): Promise<Session> {
  pyodide = await startPython(files, {
    onProgress: (loaded, total) => send({ type: "progress", loaded, total }),
    onStarting: () => send({ type: "phase", phase: "starting" }),
    onInstalling: () => send({ type: "phase", phase: "installing" }),
  });
  const opened = openSession(pyodide);
  // Imported here, the package costs the first cell no time.
  const python = pyodide.runPython("import sys, ndgrad; sys.version.split()[0]") as string;
  send({ type: "ready", python, ndgrad: files.wheel.split("-")[1]! });
  return opened;
}

function openSession(pyodide: PyodideAPI): Session {
  const runner = pyodide.toPy({});
  pyodide.runPython(runnerSource, { globals: runner, filename: "runner.py" });
  const emit = (stream: Stream, text: string): void => output?.write(stream, text);
  // What C writes to the descriptors, past sys.stdout, is the cell's output too.
  const fromC = (stream: Stream) => ({
    batched: (line: string) => INTERNAL_FRAME.test(line) || emit(stream, `${line}\n`),
  });
  pyodide.setStdout(fromC("stdout"));
  pyodide.setStderr(fromC("stderr"));
  return (runner.get("Session") as PyCallable)(emit) as Session;
}

async function run(cell: number, code: string): Promise<void> {
  if (!session) throw new Error("a cell came before the start");
  const python = await session;
  output = new OutputBudget((stream, text) => send({ type: "output", stream, text }));
  const begin = performance.now();
  const ok = await python.run(cell, code);
  const milliseconds = performance.now() - begin;
  output.close();
  send({ type: "done", ok, milliseconds });
}
