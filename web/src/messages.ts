/** What the page and its worker say to each other, and nothing else: one type for each direction. */

/** The files the worker loads. */
export interface RuntimeFiles {
  /** The folder that holds them, as an address, with a slash at its end. */
  folder: string;
  /** ndgrad's wheel, one of the files. */
  wheel: string;
  /** The files' names and their sizes in bytes, uncompressed. */
  bytes: Record<string, number>;
  /** Pyodide's lock file without the packages, as JSON: a page serves none of them. */
  lock: string;
}

/** Where a piece of output comes from. `value` is the last expression's, `error` a traceback. */
export type Stream = "stdout" | "stderr" | "value" | "error";

export type ToWorker =
  /** Comes first. */
  | { type: "start"; files: RuntimeFiles }
  /** `cell` is the cell's number in the document, which tracebacks show. One at a time. */
  | { type: "run"; cell: number; code: string };

export type FromWorker =
  | { type: "progress"; loaded: number; total: number }
  /** All bytes are here: `starting` until Python runs, then `installing` until the package does. */
  | { type: "phase"; phase: "starting" | "installing" }
  | { type: "ready"; python: string; ndgrad: string }
  | { type: "output"; stream: Stream; text: string }
  | { type: "done"; ok: boolean; milliseconds: number }
  /** Python cannot go on (it could not be loaded, or it died): only a new worker helps. */
  | { type: "dead"; reason: string };
