import type { Edge, Graph, Numbers } from "./graph";
import { add } from "./numbers";

/** One step of backward. */
export interface Stage {
  /** The node whose gradient is passed on to what it was made from; null: the heads get theirs. */
  node: number | null;
  /** What flows in this step. */
  edges: Edge[];
  /** The gradients so far, by `key`. */
  gradients: Map<string, Numbers>;
}

/** The name of a value of a graph among gradients. */
export function key([node, output]: Edge["from"]): string {
  return `${node}:${output}`;
}

/** Backward, node by node: first the heads get their weights, then each operator hands on, new to old. */
export function backwardStages({ nodes, heads }: Graph): Stage[] {
  const stages = [stage(null, heads, new Map())];
  for (let node = nodes.length - 1; node >= 0; node -= 1) {
    const edges = nodes[node]!.inputs.filter(({ rule }) => rule);
    if (edges.length) stages.push(stage(node, edges, stages.at(-1)!.gradients));
  }
  return stages;
}

function stage(node: number | null, edges: Edge[], before: Map<string, Numbers>): Stage {
  const gradients = new Map(before);
  for (const { from, gradient } of edges)
    gradients.set(key(from), add(gradients.get(key(from)), gradient));
  return { node, edges, gradients };
}
