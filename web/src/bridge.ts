import { Interpreter, type RunMessage, type RuntimeState } from "./interpreter";
import type { Question, Show, Stream } from "./messages";
import type { WorkerLike } from "./sandbox/sandbox";

/**
 * How a run ended: `cancelled` before it had begun, `interrupted` by the reader with all variables
 * kept, `stopped` by the reader or `dead` because Python went down with it, all variables gone.
 */
export type Outcome = "ok" | "failed" | "cancelled" | "interrupted" | "stopped" | "dead";

export interface RunResult {
  outcome: Outcome;
  /** Python's own time for the cell; 0 where it did not come to an end. */
  milliseconds: number;
}

export interface RunHandlers {
  /** Python is ready and has the cell. */
  onStart(): void;
  onOutput(stream: Stream, text: string): void;
  onShow(show: Show): void;
  /** The cell has recorded heads of these names. */
  onRecorded(heads: string[]): void;
}

interface Run extends RunHandlers {
  cell: number;
  code: string;
  started: boolean;
  interrupted: boolean;
  resolve(result: RunResult): void;
}

/** How long a cell may take to heed an interrupt, in milliseconds, before its Python is replaced. */
const PATIENCE = 2000;

/** A spare takes half the machine while it starts: the first cells, in milliseconds, go before. */
const HEAD_START = 1000;

/**
 * The page's end of Python: runs as promises. Where a Python has to be stopped or has died, another
 * takes its place; a spare one is kept warm for that as soon as one is ready.
 */
export class Bridge {
  private current: Interpreter | null = null;
  private spare: Interpreter | null = null;
  private running: Run | null = null;

  /**
   * @param spawn   makes a worker
   * @param onState is told what Python is doing, for the reader to see
   * @param onSpare is told whether the spare is ready to take over
   */
  constructor(
    private readonly spawn: () => WorkerLike,
    private readonly onState: (state: RuntimeState) => void,
    private readonly onSpare: (ready: boolean) => void = () => {},
  ) {}

  /** Puts a fresh Python in place of the present one. A run under way ends as `stopped`. */
  restart(): void {
    this.drop("stopped");
    mark("start");
    this.current = this.spare ?? new Interpreter(this.spawn());
    this.spare = null;
    this.onSpare(false);
    this.current.onState = (state) => this.change(state);
    this.current.onRun = (message) => this.receive(message);
    this.change(this.current.state);
  }

  /** Makes sure that there is a Python, or that one is on its way. */
  prepare(): void {
    if (!this.current) this.restart();
  }

  /** Says how many bytes of the files have come, which all Pythons wait for. */
  progress(loaded: number, total: number): void {
    if (this.current?.state.phase === "loading")
      this.onState((this.current.state = { phase: "loading", loaded, total }));
  }

  /**
   * Runs one cell, one at a time: as soon as Python is ready, and in a new Python where the last one
   * has died. The promise never fails; the result says how the run ended.
   */
  run(cell: number, code: string, handlers: RunHandlers): Promise<RunResult> {
    if (this.running) throw new Error("a cell is running already");
    return new Promise((resolve) => {
      this.prepare();
      this.running = { cell, code, started: false, interrupted: false, resolve, ...handlers };
      this.startRun();
    });
  }

  /** What Python answers, as JSON that is not checked yet; null where it cannot, or is busy with a cell. */
  async ask(question: Question): Promise<string | null> {
    return !this.running && this.current?.ready ? this.current.ask(question) : null;
  }

  /** Ends the run under way: by an interrupt where one works, or else by another Python. */
  stop(): void {
    const run = this.running;
    if (!run?.started) return this.finish("cancelled");
    if (run.interrupted || !this.current!.interrupt()) return this.restart();
    run.interrupted = true;
    setTimeout(() => this.running === run && this.restart(), PATIENCE);
  }

  private startRun(): void {
    const run = this.running;
    if (!run || run.started || !this.current?.ready) return;
    run.started = true;
    run.onStart();
    this.current.run(run.cell, run.code);
  }

  private change(state: RuntimeState): void {
    if (state.phase === "starting") mark("starting");
    if (state.phase === "installing") mark("pyodide-ready");
    if (state.phase === "dead") this.drop("dead");
    if (state.phase === "ready") {
      mark("ready");
      setTimeout(() => this.warm(), HEAD_START);
    }
    this.onState(state);
    this.startRun();
  }

  /** Keeps one spare, and none where the files do not make a Python. */
  private warm(): void {
    if (this.spare || !this.current?.ready) return;
    const spare = (this.spare = new Interpreter(this.spawn()));
    spare.onState = ({ phase }) => {
      if (phase === "ready") this.onSpare(true);
      if (phase !== "dead") return;
      spare.terminate();
      this.spare = null;
    };
  }

  private receive(message: RunMessage): void {
    const run = this.running;
    // A run that was never asked for is a cell's own invention.
    if (!run?.started) return;
    if (message.type === "output") return run.onOutput(message.stream, message.text);
    if (message.type === "show") return run.onShow(message);
    if (message.type === "recorded") return run.onRecorded(message.heads);
    if (run.interrupted) return this.finish("interrupted", message.milliseconds);
    this.finish(message.ok ? "ok" : "failed", message.milliseconds);
  }

  private drop(outcome: Outcome): void {
    this.current?.terminate();
    this.current = null;
    this.finish(outcome);
  }

  private finish(outcome: Outcome, milliseconds = 0): void {
    const run = this.running;
    this.running = null;
    if (run) mark(`cell-${run.cell}`);
    run?.resolve({ outcome, milliseconds });
  }
}

/** Marks a moment on the page's timeline, which the measurements read. */
function mark(moment: string): void {
  performance.mark(`ndgrad:${moment}`);
}
