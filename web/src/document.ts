import type { Bridge, Outcome } from "./bridge";
import type { Cell } from "./cell";

/** The cells of one document, which share a Python: runs them in order, one at a time. */
export class CellDocument {
  readonly cells: Cell[] = [];
  private queue: Cell[] = [];
  private current: Cell | null = null;
  private work: Promise<void> = Promise.resolve();

  /** @param onChange is called whenever `running` may have changed */
  constructor(
    cells: readonly Cell[],
    private readonly bridge: Bridge,
    private readonly onChange: () => void,
  ) {
    for (const cell of cells) this.add(cell);
  }

  /** The cell whose turn it is, if any: it runs, or waits for Python to be ready. */
  get running(): Cell | null {
    return this.current;
  }

  add(cell: Cell): void {
    this.cells.push(cell);
    cell.ask = (question) => this.bridge.ask(question);
    cell.addEventListener("nd-run", () => this.run(cell));
    cell.addEventListener("nd-stop", () => void this.stop());
    cell.addEventListener("nd-failure", (event) => this.mark((event as CustomEvent).detail));
  }

  /** Takes the last cell out, which does not run any more. */
  removeLast(): Cell {
    const cell = this.cells.pop()!;
    this.queue = this.queue.filter((waiting) => waiting !== cell);
    return cell;
  }

  /** Queues cells, and before them the hidden ones that have not prepared this Python yet. */
  run(...cells: Cell[]): void {
    const hidden = this.cells.filter((cell) => cell.hidden && cell.state !== "ok");
    for (const cell of [...hidden, ...cells]) {
      if (cell === this.current || this.queue.includes(cell)) continue;
      this.queue.push(cell);
      cell.queue();
    }
    if (!this.current) this.work = this.drain();
  }

  runAll(): void {
    this.run(...this.cells);
  }

  /** Ends the run under way and forgets the waiting ones. Resolves when that is done. */
  async stop(): Promise<void> {
    this.empty();
    this.bridge.stop();
    await this.work;
  }

  /** Starts a new Python with nothing in it, and clears what the old one has shown. */
  async restart(): Promise<void> {
    this.empty();
    this.bridge.restart();
    await this.work;
    for (const cell of this.cells) cell.forget("clear");
  }

  private mark(lines: Map<number, number>): void {
    for (const cell of this.cells) cell.mark(lines.get(cell.number) ?? null);
  }

  private async drain(): Promise<void> {
    for (let cell = this.queue.shift(); cell; cell = this.queue.shift()) {
      this.current = cell;
      this.onChange();
      const outcome = await this.runOne(cell);
      // What follows usually builds on the cell that failed.
      if (outcome !== "ok") this.empty();
      if (outcome === "stopped" || outcome === "dead") this.forgetOthers(cell);
    }
    this.current = null;
    this.onChange();
  }

  private async runOne(cell: Cell): Promise<Outcome> {
    const result = await this.bridge.run(cell.number, cell.code, {
      onStart: () => {
        cell.begin();
        this.onChange();
      },
      onOutput: (stream, text) => cell.write(stream, text),
      onShow: (show) => cell.show(show),
      onRecorded: (heads) => cell.offerGraph(heads),
    });
    cell.end(result);
    return result.outcome;
  }

  private empty(): void {
    for (const cell of this.queue) cell.forget("keep");
    this.queue = [];
  }

  private forgetOthers(than: Cell): void {
    for (const cell of this.cells) if (cell !== than) cell.forget("keep");
  }
}
