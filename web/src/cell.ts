import type { Outcome, RunResult } from "./bridge";
import { Code } from "./code";
import { OutputLog } from "./log";
import type { Show, Stream } from "./messages";
import { type Key, languageTag, localize, text } from "./strings";
import { explanation, readTraceback } from "./traceback";

export type CellState = "idle" | "queued" | "running" | Outcome;

/**
 * One runnable cell: `<nd-cell number="1"><pre><code>…</code></pre></nd-cell>`, with what the book
 * printed in a `<pre class="book">` after the code.
 *
 * The cell shows and edits; running is the document's work. Its Run button and keys send an
 * `nd-run` event, and the document calls `queue`, `begin`, `write` and `end`.
 */
export class Cell extends HTMLElement {
  private source!: Code;
  private log!: OutputLog;
  private note!: HTMLElement;

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
    const code = this.querySelector<HTMLElement>("pre:not(.book)") ?? document.createElement("pre");
    const book = this.querySelector("pre.book");
    this.replaceChildren(...build(this.number, book));
    const part = (name: string) => this.querySelector<HTMLElement>(`.${name}`)!;
    const requestRun = () => void this.dispatchEvent(new Event("nd-run", { bubbles: true }));
    this.source = new Code(part("code"), code, this.number, {
      onRun: requestRun,
      onChange: () => void this.dispatchEvent(new Event("nd-change", { bubbles: true })),
    });
    this.log = new OutputLog(part("output"));
    this.note = part("note");
    part("run").addEventListener("click", requestRun);
    this.localize();
    this.setState("idle");
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
  }

  /** The cell waits for its turn. */
  queue(): void {
    this.setState("queued", "queued");
  }

  begin(): void {
    this.log.clear();
    this.mark(null);
    this.setState("running");
  }

  write(stream: Stream, text: string): void {
    this.log.write(stream, text);
    if (stream === "error") this.explain(text);
  }

  show(show: Show): void {
    this.log.show(show);
  }

  end({ outcome, milliseconds }: RunResult): void {
    this.log.flush();
    if (outcome === "ok" || outcome === "failed")
      this.setState(outcome, outcome, roundedTime(milliseconds));
    else if (outcome === "cancelled") this.setState("idle");
    else this.setState(outcome, outcome === "dead" ? "died" : outcome);
  }

  /** Goes back to a cell that has not run, because its variables are gone; the output may stay. */
  forget(output: "keep" | "clear"): void {
    if (output === "clear") this.log.clear();
    this.setState("idle");
  }

  /** Tells other cells, too, where the error passed; says in plain words what it means. */
  private explain(traceback: string): void {
    const { name, lines } = readTraceback(traceback);
    this.dispatchEvent(new CustomEvent("nd-failure", { bubbles: true, detail: lines }));
    const key = explanation(name);
    if (key) this.log.explain(key);
  }

  private setState(state: CellState, note?: Key, value = ""): void {
    this.dataset["state"] = state;
    this.note.dataset["text"] = note ?? "";
    this.note.dataset["value"] = value;
    this.note.textContent = note ? text(note, value) : "";
  }
}

function roundedTime(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
}

function build(number: number, book: Element | null): HTMLElement[] {
  const run = make("button", "run", { label: "runCell", hint: "run" }, number);
  const code = make("div", "code");
  const output = make("div", "output", { label: "output" }, number);
  const note = make("p", "note");
  if (!book) return [run, code, output, note];
  const figure = make("figure", "book");
  book.className = "";
  figure.append(make("figcaption", "", { text: "book" }), book);
  return [run, code, output, note, figure];
}

/** An element with the texts that `localize` is to give it. */
function make(
  tag: string,
  className: string,
  texts: { text?: Key; label?: Key; hint?: Key } = {},
  value: number | "" = "",
): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  Object.assign(element.dataset, texts, { value: String(value) });
  return element;
}

customElements.define("nd-cell", Cell);
