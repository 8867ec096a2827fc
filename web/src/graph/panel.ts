import "katex/dist/katex.min.css";
import "./graph.css";

import katex from "katex";

import type { Question } from "../messages";
import { localize, make, text } from "../strings";
import type { Ask } from "../messages";
import { type Edge, type Graph, readGraph, type Refusal } from "./graph";
import { nested } from "./numbers";
import { Picture } from "./picture";
import { backwardStages, type Stage } from "./stages";

const BUTTONS = [
  ["first", "⏮"],
  ["previous", "◀"],
  ["next", "▶"],
  ["last", "⏭"],
] as const;

/** The graph behind the heads of a cell: drawn, and walked through backward. */
export class Panel {
  readonly element = make("section", "panel", { label: "graphOf" });
  private readonly choice = document.createElement("select");
  private readonly canvas = make("div", "canvas", { label: "canvas" });
  private readonly stage = make("p", "stage");
  private readonly terms = make("ul", "terms");
  private readonly note = make("p", "refusal");
  private graph: Graph | null = null;
  private picture: Picture | null = null;
  private stages: Stage[] = [];
  private position = 0;

  constructor(
    private readonly cell: number,
    heads: string[],
    private readonly ask: Ask,
  ) {
    this.element.dataset["value"] = String(cell);
    heads.forEach((head, i) => this.choice.append(new Option(head, String(i))));
    this.choice.addEventListener("change", () => void this.open(Number(this.choice.value)));
    this.choice.dataset["label"] = "head";
    this.canvas.tabIndex = 0;
    this.canvas.role = "group";
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    const told = make("div", "told");
    told.ariaLive = "polite";
    told.append(this.stage, this.terms);
    const controls = make("div", "controls");
    controls.append(...(heads.length > 1 ? [this.choice] : []), ...this.buttons());
    this.element.append(controls, this.note, told, this.canvas);
    localize(this.element);
  }

  /** Asks for the graph behind the heads of this number and shows it. */
  async open(head: number): Promise<void> {
    const graph = await this.answer(head);
    if (!graph) return;
    this.show(graph);
    this.go(this.stages.length - 1);
  }

  localize(): void {
    localize(this.element);
    if (this.picture) this.go(this.position);
  }

  private async answer(head: number): Promise<Graph | null> {
    const question: Question = { kind: "graph", cell: this.cell, head, changes: [] };
    const graph = readGraph(await this.ask(question));
    const known = graph !== null && typeof graph !== "string";
    this.refuse(known ? null : (graph ?? "busy"));
    return known ? graph : null;
  }

  private refuse(reason: Refusal | "busy" | null): void {
    this.note.dataset["text"] = reason ?? "";
    this.note.textContent = reason && text(reason);
  }

  private show(graph: Graph): void {
    this.graph = graph;
    this.stages = backwardStages(graph);
    this.picture = new Picture(graph, () => {});
    this.canvas.replaceChildren(this.picture.element);
  }

  private buttons(): HTMLElement[] {
    return BUTTONS.map(([name, sign]) => {
      const button = make("button", name, { label: name, hint: name });
      button.textContent = sign;
      button.addEventListener("click", () => this.move(name));
      return button;
    });
  }

  private press(event: KeyboardEvent): void {
    const moves: Record<string, (typeof BUTTONS)[number][0]> = {
      ArrowLeft: "previous",
      ArrowRight: "next",
      Home: "first",
      End: "last",
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.move(move);
  }

  private move(where: (typeof BUTTONS)[number][0]): void {
    const last = this.stages.length - 1;
    const to = { first: 0, previous: this.position - 1, next: this.position + 1, last }[where];
    if (this.picture) this.go(Math.min(Math.max(to, 0), last));
  }

  private go(position: number): void {
    this.position = position;
    const stage = this.stages[position]!;
    const { graph, picture } = this;
    picture!.show(stage);
    picture!.element.setAttribute("aria-label", text("graphOf", this.cell));
    const of = stage.node === null ? text("heads") : graph!.nodes[stage.node]!.operator;
    this.stage.textContent = text("stage", position + 1, this.stages.length, of);
    this.terms.replaceChildren(...stage.edges.map((edge) => this.term(edge, stage.node)));
    if (stage.node !== null) this.reveal(stage.node);
  }

  /** One term of the chain rule, and the numbers that it comes to. */
  private term({ from: [node, output], gradient, rule }: Edge, of: number | null): HTMLElement {
    const { name, shape } = this.graph!.nodes[node]!.values[output]!;
    const item = document.createElement("li");
    const formula = make("span", "formula");
    if (of === null) formula.textContent = text("weight", name);
    else katex.render(rule, formula, { throwOnError: false, trust: false });
    const numbers = make("code", "");
    numbers.textContent = gradient ? nested(gradient, shape) : `(${shape.join(", ")})`;
    item.append(formula, " = ", numbers);
    return item;
  }

  private reveal(node: number): void {
    const { x, y } = this.picture!.middle(node);
    const { clientHeight, clientWidth } = this.canvas;
    this.canvas.scrollTo?.({ left: x - clientWidth / 2, top: y - clientHeight / 2 });
  }
}
