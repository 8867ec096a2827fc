/** A name, as Python describes it for the editor. */
export interface Entry {
  label: string;
  kind: string;
  detail: string;
}

/** The entries in an answer; whoever wrote it, they have the form of entries. */
export function readEntries(json: string | null): Entry[] {
  try {
    const entries: unknown = JSON.parse(json ?? "[]");
    if (!Array.isArray(entries)) return [];
    return entries.filter(isEntry).map(({ label, kind, detail }) => ({ label, kind, detail }));
  } catch {
    return [];
  }
}

function isEntry(entry: Partial<Entry> | null): entry is Entry {
  return [entry?.label, entry?.kind, entry?.detail].every((text) => typeof text === "string");
}
