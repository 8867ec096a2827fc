import type { Ask } from "./messages";
import type { Editor } from "./editor";
import { text } from "./strings";

/** What code is to know and ask of its cell. */
export interface CodeHandlers {
  readonly: boolean;
  ask: Ask;
  onRun(): void;
  onChange(): void;
}

/**
 * The code of a cell: plain text, as the page brought it, until the reader comes near it. The editor
 * is as large as all the rest of the page, and nobody needs it to read or to run.
 */
export class Code {
  private editor: Editor | null = null;
  private upgrading: Promise<void> | null = null;
  private marked: number | null = null;

  constructor(
    private readonly parent: HTMLElement,
    private readonly plain: HTMLElement,
    private readonly number: number,
    private readonly handlers: CodeHandlers,
  ) {
    plain.tabIndex = 0;
    parent.append(plain);
    for (const near of ["pointerenter", "focusin"])
      parent.addEventListener(near, () => void this.upgrade(), { once: true });
    this.localize();
  }

  get text(): string {
    // Many pages end a block of code with a line break of their own.
    return this.editor ? this.editor.text : this.plain.textContent.replace(/\n$/, "");
  }

  set text(code: string) {
    if (this.editor) this.editor.text = code;
    else this.plain.textContent = code;
  }

  /** Puts the editor in the place of the text. */
  upgrade(): Promise<void> {
    this.upgrading ??= import("./editor").then(({ createEditor }) => {
      const focused = this.plain.contains(document.activeElement);
      this.editor = createEditor(this.parent, this.text, this.handlers);
      this.plain.remove();
      this.localize();
      this.mark(this.marked);
      if (focused) this.editor.focus();
    });
    return this.upgrading;
  }

  async focus(): Promise<void> {
    await this.upgrade();
    this.editor!.focus();
  }

  /** Marks a line, counted from 1, as the one that failed; null takes the mark away. */
  mark(line: number | null): void {
    this.marked = line;
    if (line !== null) void this.upgrade();
    this.editor?.mark(line);
  }

  localize(): void {
    const label = text("code", this.number);
    this.editor?.setLabel(label);
    this.plain.ariaLabel = label;
    this.plain.role = "group";
  }
}
