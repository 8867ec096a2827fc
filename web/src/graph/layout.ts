import { Graph as Layout, layout } from "@dagrejs/dagre";

import type { Graph, Value } from "./graph";
import { nested } from "./numbers";

/** Elements whose numbers are written into a node. */
const SMALL = 6;
const CHARACTER = 7.3;
const LINE = 17;
const PADDING = 9;

/** One line of a node. A gradient is written there when it has come. */
export interface Line {
  kind: "operator" | "name" | "numbers" | "gradient";
  text: string;
  /** Which value it is about. */
  output: number;
}

export interface Box {
  lines: Line[];
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Curve {
  from: [node: number, output: number];
  /** The node that reads it. */
  to: number;
  points: { x: number; y: number }[];
}

export interface Arrangement {
  width: number;
  height: number;
  boxes: Box[];
  curves: Curve[];
}

/** Where everything goes: what is made stands below what it is made from. */
export function arrange(graph: Graph): Arrangement {
  const plan = new Layout({ multigraph: true });
  plan.setGraph({ ranksep: 34, nodesep: 26, marginx: 8, marginy: 8 });
  plan.setDefaultEdgeLabel(() => ({}));
  const lines = graph.nodes.map((node) => [
    ...(node.operator
      ? [
          {
            kind: "operator" as const,
            text: `${node.operator} ${node.parameters}`.trim(),
            output: 0,
          },
        ]
      : []),
    ...node.values.flatMap(describe),
  ]);
  lines.forEach((lines, i) => plan.setNode(String(i), size(lines)));
  const edges = graph.nodes.flatMap(({ inputs }, to) =>
    inputs.map(({ from }, position) => ({ from, to, name: `${to}.${position}` })),
  );
  for (const { from, to, name } of edges) plan.setEdge(String(from[0]), String(to), {}, name);
  layout(plan);
  const { width = 0, height = 0 } = plan.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    boxes: lines.map((lines, i) => ({ lines, ...(plan.node(String(i)) as Omit<Box, "lines">) })),
    curves: edges.map(({ from, to, name }) => ({
      from,
      to,
      points: (plan.edge(String(from[0]), String(to), name) as Curve).points,
    })),
  };
}

function describe(value: Value, output: number): Line[] {
  const { gradient, name, numbers, shape } = value;
  const lines: Line[] = [{ kind: "name", text: `${name} (${shape.join(", ")})`, output }];
  const small = (numbers?.length ?? 0) <= SMALL && (gradient?.length ?? 0) <= SMALL;
  if (numbers && small && numbers.length !== 1) lines.push(line("numbers", nested(numbers, shape)));
  else if (numbers && small && nested(numbers, []) !== name)
    lines.push(line("numbers", nested(numbers, shape)));
  if (gradient && small) lines.push(line("gradient", gradientText(gradient, shape)));
  return lines;

  function line(kind: Line["kind"], text: string): Line {
    return { kind, text, output };
  }
}

export function gradientText(gradient: (number | string)[], shape: number[]): string {
  return `grad ${nested(gradient, shape)}`;
}

function size(lines: Line[]): { width: number; height: number } {
  const longest = Math.max(...lines.map(({ text }) => text.length), 3);
  return { width: longest * CHARACTER + 2 * PADDING, height: lines.length * LINE + PADDING };
}
