import type uPlot from "uplot";

import { text } from "../strings";
import type { Display } from "./display";

/** A curve of ndgrad.plot. */
interface Curve {
  x: string;
  names: string[];
  /** The x of each point, then the values of each series. */
  columns: number[][];
}

const COLOURS = ["var(--curve-1)", "var(--curve-2)", "var(--curve-3)", "var(--curve-4)"];
const HEIGHT = 240;

/** A chart that follows a training: each update brings the whole curve. */
export function curve(data: string): Display {
  const element = document.createElement("figure");
  element.className = "curve";
  element.role = "img";
  let latest = data;
  let chart: uPlot | null = null;

  function draw(): void {
    const curve = readCurve(latest);
    if (!curve || !chart) return;
    chart.setData(curve.columns as uPlot.AlignedData);
    element.ariaLabel = describe(curve);
  }

  const first = readCurve(data);
  if (first) {
    element.ariaLabel = describe(first);
    void import("./chart").then(({ createChart }) => {
      chart = createChart(element, first.x, first.names, HEIGHT, COLOURS);
      draw();
    });
  }
  return { element, update: (data) => ((latest = data), draw()) };
}

/** What a screen reader says in place of the picture: the last point. */
function describe({ x, names, columns }: Curve): string {
  const last = names.map((name, i) => `${name} ${columns[i + 1]!.at(-1)?.toPrecision(3)}`);
  return text("curve", `${x} ${columns[0]!.at(-1)?.toPrecision(3)}`, last.join(", "));
}

/** Whoever wrote the data, what is drawn has the form of a curve. */
function readCurve(data: string): Curve | null {
  try {
    const { x, names, columns } = JSON.parse(data);
    const isColumn = (column: unknown) =>
      Array.isArray(column) &&
      column.length === columns[0].length &&
      column.every((value) => value === null || typeof value === "number");
    const isCurve =
      typeof x === "string" &&
      names.every((name: unknown) => typeof name === "string") &&
      columns.length === names.length + 1 &&
      columns.every(isColumn);
    return isCurve ? { x, names, columns } : null;
  } catch {
    return null;
  }
}
