import { isKey, type Key } from "./strings";

/** What a reader wants to know of a traceback: the kind of error, and the lines that led to it. */
export interface Failure {
  /** The exception's name, without its module. */
  name: string;
  /** Whether it is one of the package's own. */
  ours: boolean;
  /** The line of each cell where the error passed last, counted from 1, by the cell's number. */
  lines: Map<number, number>;
}

export function readTraceback(text: string): Failure {
  const frames = [...text.matchAll(/^ *File "<cell (\d+)>", line (\d+)/gm)];
  const names = [...text.matchAll(/^(ndgrad\.)?(?:\w+\.)*([A-Z]\w+)(?=:|$)/gm)];
  const [, ours, name = ""] = names.at(-1) ?? [];
  return {
    name,
    ours: ours !== undefined,
    lines: new Map(frames.map(([, cell, line]) => [Number(cell), Number(line)])),
  };
}

/** The text that explains an error to a beginner; null where there is none. */
export function explanation({ name, ours }: Pick<Failure, "name" | "ours">): Key | null {
  const key = `error${name}`;
  if (isKey(key)) return key;
  return ours ? "errorMXNetError" : null;
}
