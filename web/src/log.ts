import type { Show, Stream } from "./messages";
import { type Display, display } from "./outputs/display";
import { type Key, text } from "./strings";

/**
 * The output area of a cell. Text that arrives in many small pieces is put into the page once a
 * frame; a piece from another stream begins a block of its own.
 */
export class OutputLog {
  private waiting: { stream: Stream; text: string }[] = [];
  private scheduled = false;
  /** What may be shown anew, by its id. */
  private readonly displays = new Map<number, Display>();

  constructor(readonly element: HTMLElement) {
    element.setAttribute("role", "log");
    // What is long scrolls, which a keyboard can do only where it can stop.
    element.tabIndex = 0;
  }

  get empty(): boolean {
    return this.waiting.length === 0 && this.element.childElementCount === 0;
  }

  write(stream: Stream, text: string): void {
    const last = this.waiting.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.waiting.push({ stream, text });
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => this.flush());
  }

  /** Shows what is not text, in the order of the output. */
  show({ mime, data, id }: Show): void {
    this.flush();
    const known = id === null ? undefined : this.displays.get(id);
    if (known) return known.update(data);
    const shown = display(mime, data);
    if (!shown) return;
    this.element.append(shown.element);
    if (id !== null) this.displays.set(id, shown);
  }

  /** A note of the interface's own, in the reader's language. */
  explain(key: Key): void {
    this.flush();
    const note = document.createElement("p");
    note.className = "explanation";
    note.dataset["text"] = key;
    note.textContent = text(key);
    this.element.append(note);
  }

  /** Puts what is waiting into the page now. */
  flush(): void {
    this.scheduled = false;
    for (const { stream, text } of this.waiting) this.block(stream).append(text);
    this.waiting = [];
  }

  clear(): void {
    this.waiting = [];
    this.displays.clear();
    this.element.replaceChildren();
  }

  private block(stream: Stream): HTMLElement {
    const last = this.element.lastElementChild;
    if (last instanceof HTMLElement && last.classList.contains(stream)) return last;
    const block = document.createElement("pre");
    block.className = stream;
    this.element.append(block);
    return block;
  }
}
