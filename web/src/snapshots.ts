import { del, get, set } from "idb-keyval";

const SNAPSHOT = "python:snapshot";
const TRIAL = "python:snapshot-on-trial";

/** No Python that has just started is larger. */
const LARGEST = 64 * 1024 * 1024;

/** A snapshot and the version of the runtime that it fits. */
interface Kept {
  version: string;
  snapshot: ArrayBuffer;
}

/**
 * Keeps Python's memory after its start in the browser, so that later visits need not start it again.
 * Who takes it has it on trial: unless the visit says that it `passed`, the next one drops it. Where
 * storage is forbidden, nothing is kept.
 */
export class Snapshots {
  private kept = false;

  /** @param version of the runtime: only its own snapshot is taken */
  constructor(private readonly version: string) {}

  async take(): Promise<ArrayBuffer | null> {
    try {
      const [kept, onTrial] = await Promise.all([get<unknown>(SNAPSHOT), get<unknown>(TRIAL)]);
      if (!isKept(kept)) return null;
      await (onTrial || kept.version !== this.version ? del(SNAPSHOT) : set(TRIAL, true));
      return onTrial || kept.version !== this.version ? null : kept.snapshot;
    } catch {
      return null;
    }
  }

  passed(): Promise<void> {
    return del(TRIAL).catch(() => {});
  }

  /** Keeps a new one for the next visit: once, however many Pythons this one takes. */
  async keep(make: () => Promise<ArrayBuffer>): Promise<void> {
    if (this.kept) return;
    this.kept = true;
    try {
      const kept: Kept = { version: this.version, snapshot: await make() };
      await set(SNAPSHOT, kept);
    } catch {
      // The next visit starts as this one did.
    }
    await this.passed();
  }
}

function isKept(data: unknown): data is Kept {
  const { version, snapshot } = (data ?? {}) as Partial<Kept>;
  const fits = snapshot instanceof ArrayBuffer && snapshot.byteLength <= LARGEST;
  return typeof version === "string" && fits;
}
