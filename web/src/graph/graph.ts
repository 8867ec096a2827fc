/** What graph.py says about a graph, checked: a cell could have written it. */

/** The elements of a small array, in order; nan and infinities come as text. Null: a large one. */
export type Numbers = (number | string)[] | null;

export interface Value {
  name: string;
  shape: number[];
  dtype: string;
  numbers: Numbers;
  gradient: Numbers;
  /** Whether a gradient comes this far. */
  reached: boolean;
}

/** A value that a node has read, or a head, and the gradient that comes back to it this way. */
export interface Edge {
  from: [node: number, output: number];
  gradient: Numbers;
  /** The term of the chain rule, in LaTeX; empty where no gradient comes back. */
  rule: string;
}

export interface Node {
  kind: "variable" | "constant" | "step";
  operator: string;
  parameters: string;
  values: Value[];
  inputs: Edge[];
}

/** Nodes stand after those that they are made from. */
export interface Graph {
  nodes: Node[];
  heads: Edge[];
}

/** How far the gradient of an element is from central differences. */
export interface Check {
  gradient: number | null;
  checks: { eps: number; error: number | null; difference: number | null }[];
}

/** Why Python did not answer. */
export const REFUSALS = ["noBlock", "noHead", "noVariable", "unsteady", "slow", "broken"] as const;
export type Refusal = (typeof REFUSALS)[number];

const MOST_NODES = 2000;
const LONGEST = 2000;

/** The answer to a question for a graph; null where it is none. */
export function readGraph(json: string | null): Graph | Refusal | null {
  return read(json, (data) => {
    const nodes = list(data["nodes"], MOST_NODES).map(readNode);
    nodes.forEach(({ inputs }, i) => inputs.forEach(({ from }) => place(from, nodes.slice(0, i))));
    const heads = list(data["heads"], MOST_NODES).map(readEdge);
    heads.forEach(({ from }) => place(from, nodes));
    return { nodes, heads };
  });
}

/** The answer to a question for a check; null where it is none. */
export function readCheck(json: string | null): Check | Refusal | null {
  return read(json, (data) => ({
    gradient: numberOrNull(data["gradient"]),
    checks: list(data["checks"], 100).map((row) => {
      const [eps, error, difference] = list(row, 3).map(numberOrNull);
      if (!eps) throw new TypeError("eps");
      return { eps, error: error ?? null, difference: difference ?? null };
    }),
  }));
}

function read<T>(json: string | null, form: (data: Fields) => T): T | Refusal | null {
  try {
    const data = fields(JSON.parse(json ?? "null"));
    return REFUSALS.find((refusal) => refusal === data["refused"]) ?? form(data);
  } catch {
    return null;
  }
}

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null) throw new TypeError("object");
  return value as Fields;
}

function list(value: unknown, most: number): unknown[] {
  if (!Array.isArray(value) || value.length > most) throw new TypeError("list");
  return value;
}

function string(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("string");
  return value.slice(0, LONGEST);
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new TypeError("count");
  return value as number;
}

function numberOrNull(value: unknown): number | null {
  if (value !== null && typeof value !== "number") throw new TypeError("number");
  return value;
}

function readNumbers(value: unknown, size: number | null): Numbers {
  if (value === null) return null;
  const numbers = list(value, MOST_NODES).map((number) =>
    typeof number === "number" ? number : string(number),
  );
  if (size !== null && numbers.length !== size) throw new TypeError("size");
  return numbers;
}

function readNode(data: unknown): Node {
  const node = fields(data);
  const kind = (["variable", "constant", "step"] as const).find((kind) => kind === node["kind"]);
  if (!kind) throw new TypeError("kind");
  return {
    kind,
    operator: string(node["operator"]),
    parameters: string(node["parameters"]),
    values: list(node["values"], MOST_NODES).map(readValue),
    inputs: list(node["inputs"], MOST_NODES).map(readEdge),
  };
}

function readValue(data: unknown): Value {
  const value = fields(data);
  const shape = list(value["shape"], 32).map(count);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return {
    name: string(value["name"]),
    shape,
    dtype: string(value["dtype"]),
    numbers: readNumbers(value["numbers"], size),
    gradient: readNumbers(value["gradient"], size),
    reached: value["reached"] === true,
  };
}

function readEdge(data: unknown): Edge {
  const edge = fields(data);
  const [node, output] = list(edge["from"], 2).map(count);
  return {
    from: [node!, output!],
    gradient: readNumbers(edge["gradient"], null),
    rule: string(edge["rule"] ?? ""),
  };
}

/** Throws where there is no such value, or where the gradient that comes back has not its size. */
function place([node, output]: Edge["from"], nodes: Node[]): void {
  if (!nodes[node]?.values[output]) throw new TypeError("from");
}
