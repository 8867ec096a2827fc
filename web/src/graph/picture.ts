import type { Graph } from "./graph";
import { type Arrangement, arrange, type Box, type Curve, gradientText } from "./layout";
import { key, type Stage } from "./stages";

const LINE = 17;

/** The graph as SVG, made of elements: what is written in it is text and nothing else. */
export class Picture {
  readonly element = svg("svg", { role: "img" });
  private readonly boxes: SVGElement[];
  private readonly curves: { curve: Curve; path: SVGElement }[];
  private readonly arrangement: Arrangement;

  /** @param onVariable is told the node of a variable that was clicked */
  constructor(
    private readonly graph: Graph,
    onVariable: (node: number) => void,
  ) {
    const { boxes, curves, height, width } = (this.arrangement = arrange(graph));
    attributes(this.element, { viewBox: `0 0 ${width} ${height}` });
    // As large as it is, or a little smaller where there is no room.
    this.element.style.width = `clamp(${0.7 * width}px, 100%, ${width}px)`;
    this.curves = curves.map((curve) => ({ curve, path: svg("path", { d: bend(curve.points) }) }));
    this.boxes = boxes.map((box, i) => this.drawBox(box, i));
    this.element.append(...this.curves.map(({ path }) => path), ...this.boxes);
    graph.nodes.forEach(({ kind }, i) => {
      if (kind === "variable") this.boxes[i]!.addEventListener("click", () => onVariable(i));
    });
  }

  private drawBox({ height, lines, width, x, y }: Box, node: number): SVGElement {
    const [left, top] = [x - width / 2, y - height / 2];
    const group = svg("g", { class: `node ${this.graph.nodes[node]!.kind}` });
    group.append(svg("rect", { x: left, y: top, width, height, rx: 6 }));
    lines.forEach(({ kind, output, text }, i) => {
      const line = svg("text", { class: kind, x, y: top + (i + 1) * LINE });
      line.textContent = text;
      line.dataset["value"] = key([node, output]);
      group.append(line);
    });
    return group;
  }

  /** Shows how far backward is. */
  show({ edges, gradients, node }: Stage): void {
    this.boxes.forEach((box, i) => box.classList.toggle("current", i === node));
    for (const { curve, path } of this.curves)
      path.classList.toggle(
        "current",
        curve.to === node && edges.some(({ from }) => key(from) === key(curve.from)),
      );
    for (const text of this.element.querySelectorAll<SVGElement>("text.gradient")) {
      const place = text.dataset["value"]!;
      const [of, output] = place.split(":").map(Number) as [number, number];
      const gradient = gradients.get(place);
      const { shape } = this.graph.nodes[of]!.values[output]!;
      text.textContent = gradient ? gradientText(gradient, shape) : "";
    }
  }

  /** Where the middle of a node is, in pixels. */
  middle(node: number): { x: number; y: number } {
    const { boxes, width } = this.arrangement;
    const scale = this.element.getBoundingClientRect().width / width;
    return { x: boxes[node]!.x * scale, y: boxes[node]!.y * scale };
  }
}

function bend(points: { x: number; y: number }[]): string {
  const [first, ...others] = points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return `M${first} L${others.join(" ")}`;
}

function svg(tag: string, given: Record<string, string | number> = {}): SVGElement {
  return attributes(document.createElementNS("http://www.w3.org/2000/svg", tag), given);
}

function attributes(element: SVGElement, given: Record<string, string | number>): SVGElement {
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, String(value));
  return element;
}
