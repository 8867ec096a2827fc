/** What the page wants to know about heads that a cell has recorded. */
export interface GraphQuestion {
  /** The graph behind the heads, or how far the gradient of one element is from differences. */
  about: "graph" | "check";
  cell: number;
  /** Counted from 0. */
  head: number;
  /** Elements of variables, counted from 0, that are to have other values. */
  changes: [variable: number, element: number, value: number][];
  /** The element that is checked. */
  of?: [variable: number, element: number];
}

/** Asks Python; the answer is JSON that nobody has checked yet, or null where none comes. */
export type Inquire = (question: GraphQuestion) => Promise<string | null>;
