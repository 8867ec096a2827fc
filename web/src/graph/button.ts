import type { Ask } from "../messages";
import { localize, make } from "../strings";
import type { Panel } from "./panel";

/** Opens and closes the graph of a cell that has recorded one. What draws it is loaded only then. */
export class GraphButton {
  private readonly button = make("button", "draw", { text: "graph", hint: "graphHint" });
  private panel: Panel | null = null;
  private heads: string[] = [];
  private ask: Ask = async () => null;

  constructor(
    private readonly parent: HTMLElement,
    private readonly cell: number,
  ) {
    this.button.addEventListener("click", () => void this.toggle());
  }

  offer(heads: string[], ask: Ask): void {
    [this.heads, this.ask] = [heads, ask];
    this.parent.replaceChildren(this.button);
    this.button.ariaExpanded = "false";
    localize(this.button);
  }

  clear(): void {
    this.panel = null;
    this.parent.replaceChildren();
  }

  localize(): void {
    this.panel?.localize();
  }

  private async toggle(): Promise<void> {
    const { ask, button, cell, heads, panel, parent } = this;
    button.ariaExpanded = String(!panel);
    this.panel = null;
    if (panel) return panel.element.remove();
    const { Panel } = await import("./panel");
    if (!button.isConnected || heads !== this.heads || this.panel) return;
    this.panel = new Panel(cell, heads, ask);
    parent.append(this.panel.element);
    await this.panel.open(0);
  }
}
