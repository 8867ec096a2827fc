import type { FromWorker, RuntimeFiles, Stream, ToWorker } from "./messages";

/** The part of Worker that the bridge uses, so that a test can stand in for it. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export type RuntimeState =
  | { phase: "loading"; loaded: number; total: number }
  | { phase: "starting" }
  | { phase: "installing" }
  | { phase: "ready"; python: string; ndgrad: string }
  | { phase: "dead"; reason: string };

/**
 * How a run ended: `cancelled` before it had begun, `stopped` by the reader, `dead` because Python
 * went down with it. After the last two, all variables are gone.
 */
export type Outcome = "ok" | "failed" | "cancelled" | "stopped" | "dead";

export interface RunResult {
  outcome: Outcome;
  /** Python's own time for the cell; 0 where it did not come to an end. */
  milliseconds: number;
}

export interface RunHandlers {
  /** Python is ready and has the cell. */
  onStart(): void;
  onOutput(stream: Stream, text: string): void;
}

interface Run extends RunHandlers {
  cell: number;
  code: string;
  started: boolean;
  resolve(result: RunResult): void;
}

/**
 * The page's end of the worker: turns messages into promises, and replaces the worker when it has to
 * be stopped or has died.
 */
export class Bridge {
  private worker: WorkerLike | null = null;
  private ready = false;
  private current: Run | null = null;
  private readonly total: number;

  /**
   * @param spawn   makes a worker
   * @param files   what the worker has to load
   * @param onState is told what Python is doing, for the reader to see
   */
  constructor(
    private readonly spawn: () => WorkerLike,
    private readonly files: RuntimeFiles,
    private readonly onState: (state: RuntimeState) => void,
  ) {
    this.total = Object.values(files.bytes).reduce((sum, n) => sum + n, 0);
  }

  /** Starts a fresh Python in place of the present one. A run under way ends as `stopped`. */
  restart(): void {
    this.drop("stopped");
    const worker = this.spawn();
    this.worker = worker;
    worker.onmessage = ({ data }) => this.receive(data);
    worker.onerror = (event) => this.die(event.message || "the worker could not be loaded");
    mark("start");
    this.onState({ phase: "loading", loaded: 0, total: this.total });
    worker.postMessage({ type: "start", files: this.files });
  }

  /**
   * Runs one cell, one at a time: as soon as Python is ready, and in a new Python where the last one
   * has died. The promise never fails; the result says how the run ended.
   */
  run(cell: number, code: string, handlers: RunHandlers): Promise<RunResult> {
    if (this.current) throw new Error("a cell is running already");
    return new Promise((resolve) => {
      if (!this.worker) this.restart();
      this.current = { cell, code, started: false, resolve, ...handlers };
      this.startRun();
    });
  }

  /** Ends the run under way. Python cannot be interrupted, so it is replaced if it has begun. */
  stop(): void {
    if (this.current?.started) this.restart();
    else this.finish("cancelled");
  }

  private startRun(): void {
    const run = this.current;
    if (!run || run.started || !this.ready) return;
    run.started = true;
    run.onStart();
    this.worker!.postMessage({ type: "run", cell: run.cell, code: run.code });
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case "progress":
        return this.onState({ phase: "loading", loaded: message.loaded, total: message.total });
      case "phase":
        if (message.phase === "installing") mark("pyodide-ready");
        return this.onState({ phase: message.phase });
      case "ready":
        mark("ready");
        this.ready = true;
        this.onState({ phase: "ready", python: message.python, ndgrad: message.ndgrad });
        return this.startRun();
      case "dead":
        return this.die(message.reason);
      case "output":
        return this.current?.onOutput(message.stream, message.text);
      case "done":
        return this.finish(message.ok ? "ok" : "failed", message.milliseconds);
    }
  }

  private die(reason: string): void {
    this.drop("dead");
    this.onState({ phase: "dead", reason });
  }

  private drop(outcome: Outcome): void {
    if (this.worker) {
      // What the old worker has sent already must not be taken for the new one's.
      this.worker.onmessage = this.worker.onerror = null;
      this.worker.terminate();
    }
    this.worker = null;
    this.ready = false;
    this.finish(outcome);
  }

  private finish(outcome: Outcome, milliseconds = 0): void {
    const run = this.current;
    this.current = null;
    if (run) mark(`cell-${run.cell}`);
    run?.resolve({ outcome, milliseconds });
  }
}

/** Marks a moment on the page's timeline, which the measurements read. */
function mark(moment: string): void {
  performance.mark(`ndgrad:${moment}`);
}
