import "katex/dist/katex.min.css";
import "./graph.css";

import katex from "katex";

import type { Ask, GraphQuestion } from "../messages";
import { localize, make, text } from "../strings";
import { type Edge, type Graph, readCheck, readGraph, type Refusal, type Value } from "./graph";
import { nested } from "./numbers";
import { Probe } from "./probe";
import { Picture } from "./picture";
import { backwardStages, type Stage } from "./stages";

const BUTTONS = [
  ["first", "|◀"],
  ["previous", "◀"],
  ["next", "▶"],
  ["last", "▶|"],
] as const;

/** The graph behind the heads of a cell: drawn, walked through backward, checked and changed by hand. */
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
  private readonly variables = make("div", "variables");
  /** The variable by hand, counted from 0, if one is. */
  private probe: { of: number; probe: Probe } | null = null;
  private head = 0;
  /** What has been changed by hand: the value by variable and element. */
  private readonly changes = new Map<string, [number, number, number]>();
  private asking = false;
  private askAgain = false;

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
    this.element.append(controls, told, this.canvas, this.variables, this.note);
    localize(this.element);
  }

  /** Asks for the graph behind the heads of this number and shows it. */
  async open(head: number): Promise<void> {
    this.head = head;
    this.changes.clear();
    this.closeProbe();
    await this.refresh();
    if (this.picture) this.go(this.stages.length - 1);
  }

  localize(): void {
    localize(this.element);
    if (this.picture) this.go(this.position);
  }

  /** Gets the graph with all changes; while one is on its way, only the latest other one is asked for. */
  private async refresh(): Promise<void> {
    this.askAgain = true;
    if (this.asking) return;
    this.asking = true;
    while (this.askAgain) {
      this.askAgain = false;
      const graph = this.accept(readGraph(await this.ask(this.question("graph"))));
      if (graph) this.show(graph);
    }
    this.asking = false;
  }

  private async check(of: [variable: number, element: number]): Promise<void> {
    const check = this.accept(readCheck(await this.ask({ ...this.question("check"), of })));
    if (check && this.probe?.of === of[0]) this.probe.probe.showCheck(check);
  }

  private question(kind: GraphQuestion["kind"]): GraphQuestion {
    return { kind, cell: this.cell, head: this.head, changes: [...this.changes.values()] };
  }

  /** What Python answered; where it refused, null, and the reader is told why. */
  private accept<T extends object>(answer: T | Refusal | null): T | null {
    const reason = typeof answer === "string" ? answer : answer ? null : "busy";
    this.note.dataset["text"] = reason ?? "";
    this.note.textContent = reason && text(reason);
    return typeof answer === "string" ? null : answer;
  }

  private show(graph: Graph): void {
    const stages = this.stages.length;
    this.graph = graph;
    this.stages = backwardStages(graph);
    const variables = graph.nodes.flatMap(({ kind }, i) => (kind === "variable" ? [i] : []));
    this.picture = new Picture(graph, (node) => this.openProbe(variables.indexOf(node)));
    this.canvas.replaceChildren(this.picture.element);
    this.showVariables(this.values());
    this.go(this.stages.length === stages ? this.position : this.stages.length - 1);
  }

  /** The variables, which the changes and checks count from 0. */
  private values(): Value[] {
    return this.graph!.nodes.flatMap(({ kind, values }) => (kind === "variable" ? values : []));
  }

  private showVariables(values: Value[]): void {
    const { probe, variables } = this;
    if (probe) probe.probe.update(values[probe.of]!);
    if (variables.childElementCount) return;
    variables.append(make("span", "", { text: "byHand" }));
    values.forEach(({ name, numbers }, i) => {
      if (!numbers) return;
      const button = make("button", "variable");
      button.textContent = name;
      button.addEventListener("click", () => this.openProbe(i));
      variables.append(button);
    });
    localize(variables);
  }

  private openProbe(of: number): void {
    const value = this.values()[of];
    if (!value?.numbers || this.probe?.of === of) return;
    this.probe?.probe.root.remove();
    const probe = new Probe(
      value,
      (element, number) => {
        this.changes.set(`${of}:${element}`, [of, element, number]);
        void this.refresh();
      },
      (element) => void this.check([of, element]),
    );
    this.probe = { of, probe };
    this.variables.after(probe.root);
  }

  private closeProbe(): void {
    this.probe?.probe.root.remove();
    this.probe = null;
    this.variables.replaceChildren();
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
