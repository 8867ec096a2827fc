import { type FromWorker, type Question, readWorkerMessage } from "./messages";
import type { WorkerLike } from "./sandbox/sandbox";
import { text } from "./strings";

export type RuntimeState =
  | { phase: "loading"; loaded: number; total: number }
  | { phase: "starting" }
  | { phase: "installing" }
  | { phase: "ready"; python: string; ndgrad: string; restored: boolean }
  | { phase: "dead"; reason: string };

export type RunMessage = Extract<FromWorker, { type: "output" | "show" | "recorded" | "done" }>;

/**
 * How long a worker may be silent, in milliseconds, where no cell holds it: between the phases of its
 * start, and before a cell that it was sent begins. A question waits no longer than such a cell.
 */
const START_LIMIT = 60_000;
const BEGIN_LIMIT = 10_000;

/** One Python in its worker, and how far it is. */
export class Interpreter {
  state: RuntimeState = { phase: "loading", loaded: 0, total: 0 };
  /** Whoever uses this Python is told what becomes of it, and what its run says. */
  onState: (state: RuntimeState) => void = () => {};
  onRun: (message: RunMessage) => void = () => {};
  private readonly questions = new Map<number, (data: string | null) => void>();
  private asked = 0;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly worker: WorkerLike) {
    worker.onmessage = ({ data }) => this.receive(readWorkerMessage(data));
    worker.onerror = (reason) => this.change({ phase: "dead", reason });
  }

  get ready(): boolean {
    return this.state.phase === "ready";
  }

  run(cell: number, code: string): void {
    this.worker.postMessage({ type: "run", cell, code });
    this.limitSilence(BEGIN_LIMIT);
  }

  /** The answer, as JSON that is not checked yet; null where this Python ends before, or hangs. */
  ask(question: Question): Promise<string | null> {
    const id = ++this.asked;
    this.worker.postMessage({ type: "ask", id, question });
    setTimeout(() => this.answer(id, null), BEGIN_LIMIT);
    return new Promise((resolve) => this.questions.set(id, resolve));
  }

  interrupt(): boolean {
    return this.worker.interrupt();
  }

  /** Ends it; what it has said already is not heard any more. */
  terminate(): void {
    this.worker.onmessage = this.worker.onerror = null;
    this.worker.terminate();
    clearTimeout(this.silence);
    for (const resolve of this.questions.values()) resolve(null);
    this.questions.clear();
  }

  /** Gives this Python up where nothing is heard of it in time: it hangs, and no reader could tell. */
  private limitSilence(milliseconds: number): void {
    clearTimeout(this.silence);
    const end = () => this.change({ phase: "dead", reason: text("silent") });
    this.silence = setTimeout(end, milliseconds);
  }

  private receive(message: FromWorker | null): void {
    clearTimeout(this.silence);
    switch (message?.type) {
      case "phase":
        this.limitSilence(START_LIMIT);
        return this.change({ phase: message.phase });
      case "ready": {
        const { python, ndgrad, restored } = message;
        return this.change({ phase: "ready", python, ndgrad, restored });
      }
      case "dead":
        return this.change({ phase: "dead", reason: message.reason });
      case "answer":
        return this.answer(message.id, message.data);
      case "output":
      case "show":
      case "recorded":
      case "done":
        return this.onRun(message);
    }
  }

  private answer(id: number, data: string | null): void {
    this.questions.get(id)?.(data);
    this.questions.delete(id);
  }

  private change(state: RuntimeState): void {
    this.state = state;
    this.onState(state);
  }
}
