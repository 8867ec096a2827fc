import "uplot/dist/uPlot.min.css";

import uPlot from "uplot";

/** An empty chart in `parent`, as wide as it is. Colours may be the page's, as var(--name). */
export function createChart(
  parent: HTMLElement,
  x: string,
  names: string[],
  height: number,
  colours: string[],
  logarithmic = false,
): uPlot {
  const sample = parent.appendChild(document.createElement("span"));
  sample.hidden = true;
  const colour = (value: string) => {
    sample.style.color = value;
    return getComputedStyle(sample).color;
  };
  const distr = logarithmic ? 3 : 1;
  const powers = (_chart: uPlot, ticks: (number | null)[]) =>
    ticks.map((tick) => tick?.toExponential(0) ?? "");
  const axis = {
    stroke: () => colour("var(--quiet)"),
    grid: { stroke: () => colour("var(--line)"), width: 1 },
    ...(logarithmic ? { values: powers } : {}),
    ticks: { stroke: () => colour("var(--line)"), width: 1 },
  };
  const chart = new uPlot(
    {
      width: parent.clientWidth,
      height,
      legend: { live: false },
      scales: { x: { time: false, distr }, y: { distr } },
      axes: [{ ...axis, label: x, labelSize: 20 }, axis],
      series: [
        { label: x },
        ...names.map((label, i) => ({
          label,
          stroke: () => colour(colours[i % colours.length]!),
          width: 1.5,
        })),
      ],
    },
    [[], ...names.map(() => [])],
    parent,
  );
  new ResizeObserver(() => chart.setSize({ width: parent.clientWidth, height })).observe(parent);
  return chart;
}
