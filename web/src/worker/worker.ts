/// <reference lib="webworker" />
/** The worker: one Python, one session of cells, and the messages in and out. */
import type { PyodideAPI } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";

import type { Question } from "../assistance";
import type { Birth, FromWorker, Stream, ToWorker } from "../messages";
import { limitHeap, removeWorkers } from "./limits";
import { OutputBudget } from "./output";
import { startPython } from "./pyodide";
import assistantSource from "./assistant.py?raw";
import runnerSource from "./runner.py?raw";

/** A frame that is no cell's, in the stack that a dying Python writes. */
const INTERNAL_FRAME = /^ {2}File "(?!<cell )/;

/** Session of runner.py. */
interface Session extends PyProxy {
  run(cell: number, code: string): Promise<boolean>;
  curve_grew: PyCallable;
  /** The variables of the cells. */
  namespace: PyProxy;
}

/** assistant.py. */
type Assistant = Record<Question["about"], (namespace: PyProxy, line: string) => string>;

let pyodide: PyodideAPI | null = null;
let output: OutputBudget | null = null;

onmessage = ({ data, ports }: MessageEvent<Birth>): void => {
  onmessage = null;
  live(ports[0]!, data);
};

function live(page: MessagePort, birth: Birth): void {
  const send = (message: FromWorker) => page.postMessage(message);
  const die = (error: unknown) =>
    send({ type: "dead", reason: error instanceof Error ? error.message : String(error) });
  // A trap in WebAssembly or os._exit surfaces in Python's event loop, outside every call from here.
  onerror = (_event, _source, _line, _column, error) => !alive() && die(error);
  onunhandledrejection = (event) => {
    if (alive()) return;
    event.preventDefault();
    die(event.reason);
  };
  const session = start(birth, send);
  session.catch(die);
  page.onmessage = ({ data }: MessageEvent<ToWorker>) =>
    void session
      .then((python) =>
        data.type === "run" ? run(python, data, send) : answer(python, data, send),
      )
      .catch(die);
}

function alive(): boolean {
  try {
    pyodide?.runPython("None");
    return true;
  } catch {
    return false;
  }
}

async function start(birth: Birth, send: (message: FromWorker) => void): Promise<Session> {
  limitHeap();
  removeWorkers();
  send({ type: "phase", phase: "starting" });
  pyodide = await startPython(birth, () => send({ type: "phase", phase: "installing" }));
  const opened = openSession(pyodide, send);
  // Imported here, the package costs the first cell no time.
  const plot = pyodide.pyimport("ndgrad.plot");
  plot.watch(opened.curve_grew);
  const about = "import sys, ndgrad; [sys.version.split()[0], ndgrad.__version__]";
  const [python, ndgrad] = pyodide.runPython(about).toJs() as [string, string];
  if (birth.interrupt) pyodide.setInterruptBuffer(new Uint8Array(birth.interrupt));
  send({ type: "ready", python, ndgrad });
  return opened;
}

function loadModule(pyodide: PyodideAPI, source: string, filename: string): PyProxy {
  const module = pyodide.toPy({});
  pyodide.runPython(source, { globals: module, filename });
  return module;
}

function openSession(pyodide: PyodideAPI, send: (message: FromWorker) => void): Session {
  const runner = loadModule(pyodide, runnerSource, "runner.py");
  const emit = (stream: Stream, text: string): void => output?.write(stream, text);
  const show = (mime: string, data: string, id: number | undefined): void => {
    const shown = { mime, data, id: id ?? null };
    if (output?.allows(shown)) send({ type: "show", ...shown });
  };
  // What C writes to the descriptors, past sys.stdout, is the cell's output too.
  const fromC = (stream: Stream) => ({
    batched: (line: string) => INTERNAL_FRAME.test(line) || emit(stream, `${line}\n`),
  });
  pyodide.setStdout(fromC("stdout"));
  pyodide.setStderr(fromC("stderr"));
  return (runner.get("Session") as PyCallable)(emit, show) as Session;
}

async function run(
  python: Session,
  { cell, code }: Extract<ToWorker, { type: "run" }>,
  send: (message: FromWorker) => void,
): Promise<void> {
  output = new OutputBudget((stream, text) => send({ type: "output", stream, text }));
  const begin = performance.now();
  const ok = await python.run(cell, code);
  const milliseconds = performance.now() - begin;
  output.close();
  send({ type: "done", ok, milliseconds });
}

let assistant: Assistant | null = null;

function answer(
  python: Session,
  { id, about, line }: Extract<ToWorker, { type: "ask" }>,
  send: (message: FromWorker) => void,
): void {
  if (!assistant) {
    const module = loadModule(pyodide!, assistantSource, "assistant.py");
    assistant = { complete: module.get("complete"), describe: module.get("describe") };
  }
  let data = "[]";
  try {
    data = assistant[about](python.namespace, line);
  } catch {
    // An object of a cell's may refuse to be looked at; it is not worth a Python.
  }
  send({ type: "answer", id, data });
}
