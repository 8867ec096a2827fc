import type { Stream } from "./messages";

/** A cell may show this much; a loop that prints for ever must not bury the page in messages. */
export const OUTPUT_LIMIT = 200_000;

/**
 * Passes a run's output on until it has had `limit` characters, and counts what comes after.
 * Values and errors always pass, cut to the limit: they come last and say what happened.
 */
export class OutputBudget {
  private left: number;
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

  /** Ends the run: says what was left out, if anything was. */
  close(): void {
    if (this.dropped > 0)
      this.send("stderr", `\n[${this.dropped.toLocaleString("en")} more characters not shown]\n`);
  }
}
