import { del, get, set } from "idb-keyval";

/** The texts of a document's cells, in order; null where a cell is as the document has it. */
export type Codes = (string | null)[];

/**
 * Keeps the reader's text of one document in the browser. It is written at once and never twice at a
 * time, so that at most the last key pressed can be lost; where storage is forbidden, it is not kept.
 */
export class Store {
  private waiting: Codes | null = null;
  private writing: Promise<void> | null = null;

  constructor(private readonly key: string) {}

  async read(): Promise<Codes | null> {
    return readCodes(await get(this.key).catch(() => null));
  }

  /** Resolves when what was given last is written. */
  write(codes: Codes): Promise<void> {
    this.waiting = codes;
    this.writing ??= this.drain().finally(() => (this.writing = null));
    return this.writing;
  }

  private async drain(): Promise<void> {
    while (this.waiting) {
      const codes = this.waiting;
      this.waiting = null;
      const own = codes.some((code) => code !== null);
      await (own ? set(this.key, codes) : del(this.key)).catch(() => {});
    }
  }
}

/** `data` as codes, where it is a list of them. */
export function readCodes(data: unknown): Codes | null {
  const isCode = (code: unknown) => code === null || typeof code === "string";
  return Array.isArray(data) && data.every(isCode) ? data : null;
}
