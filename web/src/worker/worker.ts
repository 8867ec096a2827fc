/// <reference lib="webworker" />
/** The worker: one Python, one session of cells, and the messages in and out. */
import type { PyodideAPI } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";

import type { Birth, FromWorker, Stream, ToWorker } from "../messages";
import { limitHeap, removeWorkers } from "./limits";
import { OutputBudget } from "./output";
import { startPython, takeSnapshot } from "./pyodide";

/** A frame that is no cell's, in the stack that a dying Python writes. */
const INTERNAL_FRAME = /^ {2}File "(?!<cell )/;

/** Session of runner.py. */
interface Session extends PyProxy {
  run(cell: number, code: string): Promise<boolean>;
  curve_grew: PyCallable;
  namespace: PyProxy;
}

/** Recorder of graph.py. */
interface Recorder extends PyProxy {
  begin(): void;
  end(cell: number, code: string): PyProxy;
  answer(question: string): string;
}

/** What a worker's Python is used through. */
interface Python {
  session: Session;
  recorder: Recorder;
  /** What the editor asks about names. */
  explain(question: string): string;
}

let pyodide: PyodideAPI | null = null;
let output: OutputBudget | null = null;

onmessage = ({ data, ports }: MessageEvent<Birth>): void => {
  onmessage = null;
  limitHeap();
  removeWorkers();
  if (data.purpose === "cells") live(ports[0]!, data);
  else void remember(ports[0]!, data);
};

/** Answers with a snapshot of a Python that nobody has used, and listens to nobody; with null where none can be had. */
async function remember(page: MessagePort, birth: Birth): Promise<void> {
  const snapshot = await takeSnapshot(birth).catch(() => null);
  page.postMessage(snapshot, snapshot ? [snapshot] : []);
}

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
  const python = start(birth, send);
  python.catch(die);
  page.onmessage = ({ data }: MessageEvent<ToWorker>) =>
    void python.then((python) => serve(python, data, send)).catch(die);
}

function alive(): boolean {
  try {
    pyodide?.runPython("None");
    return true;
  } catch {
    return false;
  }
}

async function start(birth: Birth, send: (message: FromWorker) => void): Promise<Python> {
  send({ type: "phase", phase: "starting" });
  const started = await startPython(birth, () => send({ type: "phase", phase: "installing" }));
  const { restored } = started;
  pyodide = started.pyodide;
  const session = openSession(pyodide, send);
  // Imported here, the package costs the first cell no time.
  const plot = pyodide.pyimport("ndgrad.plot");
  plot.watch(session.curve_grew);
  const about = "import sys, ndgrad; [sys.version.split()[0], ndgrad.__version__]";
  const [python, ndgrad] = pyodide.runPython(about).toJs() as [string, string];
  if (birth.interrupt) pyodide.setInterruptBuffer(new Uint8Array(birth.interrupt));
  const recorder = pyodide.pyimport("ndgrad_worker.graph").Recorder(session.namespace);
  const explain = pyodide.pyimport("ndgrad_worker.assistant").Assistant(session.namespace);
  send({ type: "ready", python, ndgrad, restored });
  return { session, recorder, explain: explain.answer };
}

function openSession(pyodide: PyodideAPI, send: (message: FromWorker) => void): Session {
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
  return pyodide.pyimport("ndgrad_worker.runner").Session(emit, show);
}

async function serve(
  python: Python,
  message: ToWorker,
  send: (message: FromWorker) => void,
): Promise<void> {
  if (message.type === "run") return run(python, message.cell, message.code, send);
  const { id, question } = message;
  const names = question.kind === "complete" || question.kind === "describe";
  const answer = names ? python.explain : python.recorder.answer;
  send({ type: "answer", id, data: answer(JSON.stringify(question)) });
}

async function run(
  { session, recorder }: Python,
  cell: number,
  code: string,
  send: (message: FromWorker) => void,
): Promise<void> {
  send({ type: "begun" });
  output = new OutputBudget((stream, text) => send({ type: "output", stream, text }));
  recorder.begin();
  const begin = performance.now();
  const ok = await session.run(cell, code);
  const milliseconds = performance.now() - begin;
  output.close();
  const heads = recorder.end(cell, code).toJs() as string[];
  if (heads.length) send({ type: "recorded", heads });
  send({ type: "done", ok, milliseconds });
}
