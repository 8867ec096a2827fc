import { Cell } from "./cell";
import type { CellDocument } from "./document";
import type { Codes, Store } from "./store";

/** The text of a document's cells: what the document has, and what the reader made of it. */
export class Manuscript {
  private readonly originals: string[];

  /** @param place takes cells that the reader adds at the end */
  constructor(
    private readonly document: CellDocument,
    private readonly place: HTMLElement,
    /** Where changes are kept. */
    public store: Store,
  ) {
    this.originals = document.cells.map((cell) => cell.code);
    place.addEventListener("nd-change", () => void this.save());
  }

  /** Of each cell its text, where it is not the document's own. */
  get codes(): Codes {
    return this.document.cells.map(({ code }, i) => (code === this.originals[i] ? null : code));
  }

  get texts(): string[] {
    return this.document.cells.map((cell) => cell.code);
  }

  /** Puts texts into the cells, the document's own where none is given, and adds cells for the rest. */
  show(codes: Codes): void {
    while (this.document.cells.length > Math.max(codes.length, this.originals.length))
      this.document.removeLast().remove();
    while (this.document.cells.length < codes.length) this.add();
    this.document.cells.forEach((cell, i) => {
      const code = codes[i] ?? this.originals[i] ?? "";
      if (cell.code !== code) cell.code = code;
    });
  }

  /** Adds an empty cell at the end. */
  add(): Cell {
    const cell = new Cell();
    cell.setAttribute("number", String(this.document.cells.length + 1));
    this.place.append(cell);
    this.document.add(cell);
    return cell;
  }

  async save(): Promise<void> {
    await this.store.write(this.codes);
  }

  /** Shows what was kept; false where nothing was. */
  async restore(): Promise<boolean> {
    const codes = await this.store.read();
    if (codes) this.show(codes);
    return codes !== null;
  }
}
