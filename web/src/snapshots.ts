import { del, getMany, set, setMany } from "idb-keyval";

const SNAPSHOT = "python:snapshot";
const RECORD = "python:snapshot-record";

/** No Python that has just started is larger. */
const LARGEST = 64 * 1024 * 1024;

/**
 * `on trial` from when a visit takes it until Python has started from it, `useless` where it did not,
 * or where none could be made.
 */
type Fate = "kept" | "on trial" | "useless";

/** What became of the snapshot of a version of the runtime. */
interface Record {
  version: string;
  fate: Fate;
}

/**
 * Keeps Python's memory after its start in the browser, so that later visits need not start it again.
 * One that is of no use is dropped, and no other is made for the same version of the runtime. Where
 * storage is forbidden, nothing is kept.
 */
export class Snapshots {
  private now: "missing" | "on trial" | "settled" = "settled";

  /** @param version of the runtime: only its own snapshot is taken */
  constructor(private readonly version: string) {}

  /** What an earlier visit left, unless the last one that took it never had a Python. */
  async take(): Promise<ArrayBuffer | null> {
    const [record, snapshot] = await getMany<unknown>([RECORD, SNAPSHOT]).catch(() => []);
    const fate = readFate(record, this.version);
    if (fate === "useless") return null;
    const fits = snapshot instanceof ArrayBuffer && snapshot.byteLength <= LARGEST;
    if (fate !== "kept" || !fits) {
      this.now = "missing";
      return null;
    }
    this.now = "on trial";
    void this.note("on trial");
    return snapshot;
  }

  /** The visit's first Python says whether it was of use. Later ones, which may have run cells, are not asked. */
  async settle(restored: boolean): Promise<void> {
    if (this.now !== "on trial") return;
    this.now = "settled";
    if (restored) await this.note("kept");
    else await this.drop();
  }

  /** Keeps a new one for the next visit, where there was none. */
  async keep(make: () => Promise<ArrayBuffer>): Promise<void> {
    if (this.now !== "missing") return;
    this.now = "settled";
    try {
      const record: Record = { version: this.version, fate: "kept" };
      await setMany([
        [SNAPSHOT, await make()],
        [RECORD, record],
      ]);
    } catch {
      await this.drop();
    }
  }

  private async drop(): Promise<void> {
    await del(SNAPSHOT).catch(() => {});
    await this.note("useless");
  }

  private note(fate: Fate): Promise<void> {
    const record: Record = { version: this.version, fate };
    return set(RECORD, record).catch(() => {});
  }
}

function readFate(record: unknown, wanted: string): Fate | null {
  const { version, fate } = (record ?? {}) as Partial<Record>;
  return version === wanted ? (fate ?? null) : null;
}
