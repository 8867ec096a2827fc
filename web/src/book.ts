import type { Stream } from "./messages";
import { matches } from "./printed";
import { localize, make } from "./strings";

/** What a cell should print, shown under its output, with a mark that says whether it did. */
export class Book {
  readonly element = make("figure", "book");
  private readonly mark = make("span", "match");
  private printed = "";

  constructor(private readonly expected: string) {
    const caption = document.createElement("figcaption");
    caption.append(make("span", "", { text: "book" }), this.mark);
    const text = document.createElement("pre");
    text.textContent = expected;
    this.element.append(caption, text);
  }

  begin(): void {
    this.printed = "";
    this.mark.textContent = this.mark.dataset["text"] = "";
  }

  write(stream: Stream, text: string): void {
    if (stream === "stdout" || stream === "value") this.printed += text;
  }

  end(): void {
    const same = matches(this.printed, this.expected);
    this.mark.dataset["text"] = same ? "same" : "differs";
    this.mark.classList.toggle("differs", !same);
    localize(this.mark);
  }
}
