import { expect, test } from "vitest";

import { type Graph, readCheck, readGraph, type Value } from "../src/graph/graph";
import { arrange } from "../src/graph/layout";
import { add, element, format, nested } from "../src/graph/numbers";
import { backwardStages, key } from "../src/graph/stages";

const value = (name: string, numbers: number[], gradient: number[]): Value => ({
  name,
  shape: [2],
  dtype: "float32",
  numbers,
  gradient,
  reached: true,
});

/** y = 2 x and z = y x, at x = [1, 2]. */
const graph = (): Graph => ({
  nodes: [
    {
      kind: "variable",
      operator: "",
      parameters: "",
      values: [value("x", [1, 2], [4, 8])],
      inputs: [],
    },
    {
      kind: "step",
      operator: "_mul_scalar",
      parameters: "scalar=2.0",
      values: [value("y", [2, 4], [1, 2])],
      inputs: [{ from: [0, 0], gradient: [2, 4], rule: "a" }],
    },
    {
      kind: "step",
      operator: "broadcast_mul",
      parameters: "",
      values: [value("z", [2, 8], [1, 1])],
      inputs: [
        { from: [1, 0], gradient: [1, 2], rule: "b" },
        { from: [0, 0], gradient: [2, 4], rule: "c" },
      ],
    },
  ],
  heads: [{ from: [2, 0], gradient: [1, 1], rule: "" }],
});

test("backward goes from new to old and gathers what flows", () => {
  const stages = backwardStages(graph());
  expect(stages.map(({ node }) => node)).toEqual([null, 2, 1]);
  const x = stages.map(({ gradients }) => gradients.get(key([0, 0])));
  expect(x).toEqual([undefined, [2, 4], [4, 8]]);
  expect(stages[0]!.gradients.get("2:0")).toEqual([1, 1]);
});

test("a step that no gradient reaches is left out, and a large gradient stays unknown", () => {
  const given = graph();
  given.nodes[1]!.inputs[0]!.rule = "";
  given.nodes[2]!.inputs[1]!.gradient = null;
  const stages = backwardStages(given);
  expect(stages.map(({ node }) => node)).toEqual([null, 2]);
  expect(stages[1]!.gradients.get("0:0")).toBeNull();
});

test("a graph is read as it was written", () => {
  expect(readGraph(JSON.stringify(graph()))).toEqual(graph());
  expect(readGraph('{"refused": "unsteady"}')).toBe("unsteady");
});

test.each([
  ["no JSON", () => "{"],
  ["nothing", () => null],
  ["another reason", () => '{"refused": "because"}'],
  [
    "a number that is an object",
    (g: Graph) => ((g.nodes[0]!.values[0]!.numbers as unknown[])[0] = {}),
  ],
  ["too few numbers", (g: Graph) => g.nodes[0]!.values[0]!.numbers!.pop()],
  ["an input from later on", (g: Graph) => (g.nodes[1]!.inputs[0]!.from = [2, 0])],
  ["a head that is not there", (g: Graph) => (g.heads[0]!.from = [2, 1])],
  ["a name that is none", (g: Graph) => ((g.nodes[0]!.values[0]! as { name: unknown }).name = 1)],
  ["a kind of its own", (g: Graph) => ((g.nodes[0]! as { kind: unknown }).kind = "script")],
])("refused: %s", (_what, spoil) => {
  const given = graph();
  const spoilt = spoil(given);
  const json = spoil.length ? JSON.stringify(given) : (spoilt as string | null);
  expect(readGraph(json)).toBeNull();
});

test("a check is read row by row", () => {
  const json = '{"gradient": 8, "checks": [[0.1, 0.5, 4], [0.01, null, null]]}';
  expect(readCheck(json)).toEqual({
    gradient: 8,
    checks: [
      { eps: 0.1, error: 0.5, difference: 4 },
      { eps: 0.01, error: null, difference: null },
    ],
  });
  expect(readCheck('{"gradient": 8, "checks": [[0, 1, 2]]}')).toBeNull();
});

test("numbers are written short, and in the brackets of their shape", () => {
  expect(format(1.2000000476837158)).toBe("1.2");
  expect(format("nan")).toBe("nan");
  expect(nested([1, 2, 3, 4], [2, 2])).toBe("[[1, 2], [3, 4]]");
  expect(nested([5], [])).toBe("5");
  expect(add([1, "inf"], [2, 3])).toEqual([3, "inf"]);
  expect(add(undefined, [1])).toEqual([1]);
  expect(element({ ...value("x", [], []), shape: [2, 3] }, 4)).toBe("x[1, 1]");
});

test("what is made stands below what it is made from", () => {
  const { boxes, curves, width } = arrange(graph());
  expect(boxes.map(({ y }) => y)).toEqual(boxes.map(({ y }) => y).sort((a, b) => a - b));
  expect(curves.map(({ from, to }) => [from[0], to])).toEqual([
    [0, 1],
    [1, 2],
    [0, 2],
  ]);
  expect(boxes[1]!.lines.map(({ text }) => text)).toEqual([
    "_mul_scalar scalar=2.0",
    "y (2)",
    "[2, 4]",
    "grad [1, 2]",
  ]);
  expect(width).toBeGreaterThan(boxes[1]!.width);
});
