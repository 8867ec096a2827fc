/**
 * What page, sandbox and worker say to each other, and nothing else. What comes out of the sandbox may
 * have been written by anybody's cell, so `readWorkerMessage` takes nothing that is not described here.
 */

/** The files that make a Python, as the build lists them. */
export interface RuntimeFiles {
  /** The folder that holds them, as an address, with a slash at its end. */
  folder: string;
  /** The files' names and their sizes in bytes, uncompressed. */
  bytes: Record<string, number>;
  /** Changes with any of them. */
  version: string;
  /** Which of them is what. */
  names: { worker: string; wasm: string; library: string; wheel: string };
}

/** What Python reads when it starts. */
export interface PythonFiles {
  /** The standard library and ndgrad's wheel, as zip files. */
  library: ArrayBuffer;
  wheel: ArrayBuffer;
  /** What the document brings along for its cells to read, by file name. */
  data: Record<string, ArrayBuffer>;
  /** Python's memory as an earlier visit found it after the start, which is then done already. */
  snapshot: ArrayBuffer | null;
}

/**
 * What a worker is for: to run cells, or to start Python, answer with its memory as one ArrayBuffer
 * and end. The one never makes a snapshot, and the other never gets a cell.
 */
export type Purpose = "cells" | "snapshot";

/** Where a piece of text comes from. `value` is the last expression's, `error` a traceback. */
export type Stream = "stdout" | "stderr" | "value" | "error";

const STREAMS: readonly unknown[] = ["stdout", "stderr", "value", "error"] satisfies Stream[];

/**
 * What is not text: `mime` says how `data` is to be read. What is shown with an `id` again takes the
 * place of what had it before.
 */
export interface Show {
  mime: string;
  data: string;
  id: number | null;
}

/** What the page asks of the frame; `spawn` comes with the port that the worker is to speak through. */
export type ToFrame =
  | { type: "open" }
  /** The worker's module. */
  | { type: "code"; code: ArrayBuffer }
  /** Pyodide's WebAssembly in parts; null is its end. */
  | { type: "wasm"; part: Uint8Array<ArrayBuffer> | null }
  | { type: "files"; files: PythonFiles }
  | { type: "spawn"; worker: number; purpose: Purpose }
  /** Raises KeyboardInterrupt in the worker, where shared memory is allowed. */
  | { type: "interrupt"; worker: number }
  | { type: "terminate"; worker: number };

export type FromFrame =
  { type: "open"; canInterrupt: boolean } | { type: "failed"; worker: number; reason: string };

/** What the frame hands to a worker, with the worker's port. */
export interface Birth {
  purpose: Purpose;
  module: WebAssembly.Module;
  files: PythonFiles;
  interrupt: SharedArrayBuffer | null;
}

export type ToWorker =
  /** `cell` is the cell's number in the document, which tracebacks show. One at a time. */
  | { type: "run"; cell: number; code: string }
  /** Something about names or about what a cell has recorded, when no cell runs; the answer has the same `id`. */
  | { type: "ask"; id: number; question: Question };

export type Question = NameQuestion | GraphQuestion;

/** Asks Python something; the answer is JSON that is not checked yet, or null where none comes. */
export type Ask = (question: Question) => Promise<string | null>;

/** What can follow a line, or what the name at its end means. */
export interface NameQuestion {
  kind: "complete" | "describe";
  /** The line up to the cursor, or up to the end of the name. */
  line: string;
}

/** What the page wants to know about heads that a cell has recorded; `head` counts them from 0. */
export interface GraphQuestion {
  /** The graph behind the heads, or how far the gradient of one element is from differences. */
  kind: "graph" | "check";
  cell: number;
  head: number;
  /** Elements of variables, counted from 0, that are to have other values. */
  changes: [variable: number, element: number, value: number][];
  /** The element that is checked. */
  of?: [variable: number, element: number];
}

export type FromWorker =
  /** `starting` until Python runs, then `installing` until the package does. */
  | { type: "phase"; phase: "starting" | "installing" }
  /** `restored` says whether the snapshot, where there was one, was of use. */
  | { type: "ready"; python: string; ndgrad: string; restored: boolean }
  /** The cell that was sent runs, and may be silent from here on. */
  | { type: "begun" }
  | { type: "output"; stream: Stream; text: string }
  | ({ type: "show" } & Show)
  /** The cell that ends has recorded something: what its heads are called. */
  | { type: "recorded"; heads: string[] }
  /** JSON, which the one who asked is to check. */
  | { type: "answer"; id: number; data: string }
  | { type: "done"; ok: boolean; milliseconds: number }
  /** Python cannot go on (it could not be loaded, or it died): only a new worker helps. */
  | { type: "dead"; reason: string };

/** Longer texts than this are cut: no well-behaved worker sends them. */
const LONGEST = 4_000_000;

const MOST_HEADS = 20;

/** The message that `data` is, or null where it is none. Only its own, checked fields are taken. */
export function readWorkerMessage(data: unknown): FromWorker | null {
  const field = (name: string): unknown =>
    typeof data === "object" && data !== null && Object.hasOwn(data, name)
      ? (data as Record<string, unknown>)[name]
      : undefined;
  const text = (name: string): string | null => {
    const value = field(name);
    return typeof value === "string" ? value.slice(0, LONGEST) : null;
  };
  switch (field("type")) {
    case "phase": {
      const phase = field("phase");
      return phase === "starting" || phase === "installing" ? { type: "phase", phase } : null;
    }
    case "ready": {
      const [python, ndgrad, restored] = [text("python"), text("ndgrad"), field("restored")];
      const known = python !== null && ndgrad !== null && typeof restored === "boolean";
      return known ? { type: "ready", python, ndgrad, restored } : null;
    }
    case "begun":
      return { type: "begun" };
    case "output": {
      const [stream, said] = [field("stream"), text("text")];
      const known = STREAMS.includes(stream) && said !== null;
      return known ? { type: "output", stream: stream as Stream, text: said } : null;
    }
    case "show": {
      const [mime, data, id] = [text("mime"), text("data"), field("id")];
      if (mime === null || data === null || !(id === null || Number.isSafeInteger(id))) return null;
      return { type: "show", mime, data, id: id as number | null };
    }
    case "recorded": {
      const heads = field("heads");
      if (!Array.isArray(heads) || !heads.every((head) => typeof head === "string")) return null;
      return { type: "recorded", heads: heads.slice(0, MOST_HEADS) };
    }
    case "answer": {
      const [id, data] = [field("id"), text("data")];
      const known = Number.isSafeInteger(id) && data !== null;
      return known ? { type: "answer", id: id as number, data } : null;
    }
    case "done": {
      const [ok, milliseconds] = [field("ok"), field("milliseconds")];
      const known = typeof ok === "boolean" && typeof milliseconds === "number";
      return known ? { type: "done", ok, milliseconds } : null;
    }
    case "dead": {
      const reason = text("reason");
      return reason !== null ? { type: "dead", reason } : null;
    }
    default:
      return null;
  }
}
