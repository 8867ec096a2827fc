/** What the editor may ask Python: what can follow a line, or what the name at its end means. */
export interface Question {
  about: "complete" | "describe";
  /** The line up to the cursor, or up to the end of the name. */
  line: string;
}

export interface Entry {
  label: string;
  kind: string;
  detail: string;
}

/** An answer is asked for with a question and given at once, or not at all while a cell runs. */
export type Ask = (question: Question) => Promise<Entry[]>;

/** The entries in `json`; whoever wrote it, they have the form of entries. */
export function readEntries(json: string): Entry[] {
  try {
    const entries: unknown = JSON.parse(json);
    if (!Array.isArray(entries)) return [];
    return entries.filter(isEntry).map(({ label, kind, detail }) => ({ label, kind, detail }));
  } catch {
    return [];
  }
}

function isEntry(entry: Partial<Entry> | null): entry is Entry {
  return [entry?.label, entry?.kind, entry?.detail].every((text) => typeof text === "string");
}
