import { type Entry, type Question, readEntries } from "./assistance";
import { type FromWorker, readWorkerMessage, type ToWorker } from "./messages";
import type { WorkerLike } from "./sandbox/sandbox";

export type RuntimeState =
  | { phase: "loading"; loaded: number; total: number }
  | { phase: "starting" }
  | { phase: "installing" }
  | { phase: "ready"; python: string; ndgrad: string }
  | { phase: "dead"; reason: string };

export type RunMessage = Extract<FromWorker, { type: "output" | "show" | "done" }>;

/** One Python in its worker, and how far it is. */
export class Interpreter {
  state: RuntimeState = { phase: "loading", loaded: 0, total: 0 };
  /** Whoever uses this Python is told what becomes of it, and what its run says. */
  onState: (state: RuntimeState) => void = () => {};
  onRun: (message: RunMessage) => void = () => {};

  private readonly questions = new Map<number, (entries: Entry[]) => void>();
  private asked = 0;

  constructor(private readonly worker: WorkerLike) {
    worker.onmessage = ({ data }) => this.receive(readWorkerMessage(data));
    worker.onerror = (reason) => this.change({ phase: "dead", reason });
  }

  get ready(): boolean {
    return this.state.phase === "ready";
  }

  post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  /** Never answered where this Python is ended first. */
  ask(question: Question): Promise<Entry[]> {
    const id = ++this.asked;
    this.post({ type: "ask", id, ...question });
    return new Promise((resolve) => this.questions.set(id, resolve));
  }

  interrupt(): boolean {
    return this.worker.interrupt();
  }

  /** Ends it; what it has said already is not heard any more. */
  terminate(): void {
    this.worker.onmessage = this.worker.onerror = null;
    this.worker.terminate();
  }

  private receive(message: FromWorker | null): void {
    switch (message?.type) {
      case "phase":
        return this.change({ phase: message.phase });
      case "ready":
        return this.change({ phase: "ready", python: message.python, ndgrad: message.ndgrad });
      case "dead":
        return this.change({ phase: "dead", reason: message.reason });
      case "answer":
        this.questions.get(message.id)?.(readEntries(message.data));
        return void this.questions.delete(message.id);
      case "output":
      case "show":
      case "done":
        return this.onRun(message);
    }
  }

  private change(state: RuntimeState): void {
    this.state = state;
    this.onState(state);
  }
}
