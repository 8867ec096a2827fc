import type { Show, Stream } from "../messages";

/** A cell may print this much; a loop that prints for ever must not bury the page in messages. */
export const OUTPUT_LIMIT = 200_000;

/** Pictures and the like may have this many characters, in all. */
export const SHOW_LIMIT = 8_000_000;

/**
 * Passes a run's output on until it has had `limit` characters, and counts what comes after.
 * Values and errors always pass, cut to the limit: they come last and say what happened.
 */
export class OutputBudget {
  private left: number;
  private showLeft = SHOW_LIMIT;
  private dropped = 0;

  constructor(
    private readonly send: (stream: Stream, text: string) => void,
    private readonly limit = OUTPUT_LIMIT,
  ) {
    this.left = limit;
  }

  write(stream: Stream, text: string): void {
    const room = stream === "value" || stream === "error" ? this.limit : this.left;
    const shown = text.slice(0, room);
    this.left = Math.max(0, this.left - shown.length);
    this.dropped += text.length - shown.length;
    if (shown) this.send(stream, shown);
  }

  /** Whether something that is not text may be shown: half of it would be nothing. */
  allows({ data }: Show): boolean {
    const fits = data.length <= this.showLeft;
    if (fits) this.showLeft -= data.length;
    else this.dropped += data.length;
    return fits;
  }

  /** Ends the run: says what was left out, if anything was. */
  close(): void {
    if (this.dropped > 0)
      this.send("stderr", `\n[${this.dropped.toLocaleString("en")} more characters not shown]\n`);
  }
}
