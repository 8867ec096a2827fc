import type { Outcome, RunResult } from "./bridge";
import { Book } from "./book";
import { Code } from "./code";
import { GraphButton } from "./graph/button";
import { OutputLog } from "./log";
import type { Ask, Show, Stream } from "./messages";
import { type Key, languageTag, localize, make, text } from "./strings";
import { explanation, readTraceback } from "./traceback";

export type CellState = "idle" | "queued" | "running" | Outcome;

/**
 * One runnable cell: `<nd-cell number="1"><pre><code>…</code></pre></nd-cell>`, with what the book
 * printed in a `<pre class="book">` after the code, or simply `<nd-cell>…</nd-cell>`.
 *
 * Attributes: `expected` is what the code should print; `readonly`; `height` limits code and output, as
 * `12rem`; a `hidden` cell prepares for the others and runs before them.
 *
 * The cell shows and edits; running is the document's work. Its Run button and keys send an
 * `nd-run` event, the button of a running cell `nd-stop`, and the document calls `queue`, `begin`,
 * `write` and `end`.
 */
export class Cell extends HTMLElement {
  /** Asks Python for the editor and the graph. */
  ask: Ask = async () => null;
  private source!: Code;
  private log!: OutputLog;
  private note!: HTMLElement;
  private graph!: GraphButton;
  private book: Book | null = null;

  get number(): number {
    return Number(this.getAttribute("number"));
  }

  get code(): string {
    return this.source.text;
  }

  set code(code: string) {
    this.source.text = code;
  }

  get state(): CellState {
    return this.dataset["state"] as CellState;
  }

  connectedCallback(): void {
    // Moved within the page, a cell is connected again and must stay as it is.
    if (this.source) return;
    const code = this.querySelector<HTMLElement>("pre:not(.book)") ?? bare(this.textContent);
    const expected = this.querySelector("pre.book")?.textContent ?? this.getAttribute("expected");
    if (expected !== null) this.book = new Book(expected);
    this.replaceChildren(...build(this.number), ...(this.book ? [this.book.element] : []));
    const height = this.getAttribute("height");
    if (height) this.style.setProperty("--height", height);
    const part = (name: string) => this.querySelector<HTMLElement>(`.${name}`)!;
    this.source = new Code(part("code"), code, this.number, {
      readonly: this.hasAttribute("readonly"),
      ask: (question) => this.ask(question),
      onRun: () => this.say("nd-run"),
      onChange: () => this.say("nd-change"),
    });
    this.log = new OutputLog(part("output"));
    this.note = part("note");
    this.graph = new GraphButton(part("graph"), this.number);
    part("run").addEventListener("click", () => this.say(this.busy ? "nd-stop" : "nd-run"));
    this.localize();
    this.setState("idle");
  }

  private get busy(): boolean {
    return this.state === "queued" || this.state === "running";
  }

  private say(what: "nd-run" | "nd-stop" | "nd-change"): void {
    this.dispatchEvent(new Event(what, { bubbles: true }));
  }

  override focus(): void {
    void this.source.focus();
  }

  /** Makes the code ready to be changed, which the reader's coming near it does as well. */
  upgrade(): Promise<void> {
    return this.source.upgrade();
  }

  /** Marks the line of this cell, counted from 1, where an error passed. */
  mark(line: number | null): void {
    this.source.mark(line);
  }

  /** Shows all texts in the present language. */
  localize(): void {
    this.lang = languageTag();
    localize(this);
    this.source.localize();
    this.graph.localize();
  }

  /** The cell waits for its turn. */
  queue(): void {
    this.setState("queued", "queued");
  }

  /** The cell waits for Python, which is as far as `progress` says. */
  wait(progress: string): void {
    if (this.state === "queued") this.note.textContent = progress;
  }

  begin(): void {
    this.log.clear();
    this.graph.clear();
    this.book?.begin();
    this.mark(null);
    this.setState("running");
  }

  write(stream: Stream, text: string): void {
    this.log.write(stream, text);
    this.book?.write(stream, text);
    if (stream === "error") this.explain(text);
  }

  show(show: Show): void {
    this.log.show(show);
  }

  /** What the cell has recorded can be looked at. */
  offerGraph(heads: string[]): void {
    this.graph.offer(heads, this.ask);
  }

  end({ outcome, milliseconds }: RunResult): void {
    this.log.flush();
    if (outcome === "ok") this.book?.end();
    if (outcome === "ok" || outcome === "failed")
      this.setState(outcome, outcome, roundedTime(milliseconds));
    else if (outcome === "cancelled") this.setState("idle");
    else this.setState(outcome, outcome === "dead" ? "died" : outcome);
  }

  /** Goes back to a cell that has not run, because its variables are gone; the output may stay. */
  forget(output: "keep" | "clear"): void {
    if (output === "clear") this.log.clear();
    this.graph.clear();
    this.setState("idle");
  }

  /** Tells other cells, too, where the error passed; says in plain words what it means. */
  private explain(traceback: string): void {
    const failure = readTraceback(traceback);
    this.dispatchEvent(new CustomEvent("nd-failure", { bubbles: true, detail: failure.lines }));
    const key = explanation(failure);
    if (key) this.log.explain(key);
  }

  private setState(state: CellState, note?: Key, value = ""): void {
    this.dataset["state"] = state;
    const run = this.querySelector<HTMLElement>(".run")!;
    run.dataset["label"] = this.busy ? "stopCell" : "runCell";
    run.dataset["hint"] = this.busy ? "stop" : "run";
    localize(run);
    this.note.dataset["text"] = note ?? "";
    this.note.dataset["value"] = value;
    this.note.textContent = note ? text(note, value) : "";
  }
}

function roundedTime(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
}

/** The code of a cell written as plain text, whose indentation is the page's. */
function bare(text: string): HTMLElement {
  const lines = text.replace(/^\s*\n|\s+$/g, "").split("\n");
  const indents = lines.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const indent = Math.min(...indents, Infinity);
  const pre = document.createElement("pre");
  pre.append(document.createElement("code"));
  pre.firstElementChild!.textContent = lines.map((line) => line.slice(indent)).join("\n");
  return pre;
}

function build(number: number): HTMLElement[] {
  return [
    make("button", "run", {}, number),
    make("div", "code"),
    make("div", "output", { label: "output" }, number),
    make("p", "note"),
    make("div", "graph"),
  ];
}
