import { createChart } from "../outputs/chart";
import { localize, make, text } from "../strings";
import type { Check, Value } from "./graph";
import { element, format } from "./numbers";

const HEIGHT = 200;
/** An error of 0 has no place on a logarithmic scale. */
const LEAST = 1e-9;

/** One variable by hand: a slider on each of its elements, and a check of the gradient there. */
export class Probe {
  readonly root = make("div", "probe");
  private readonly choice = document.createElement("select");
  private readonly slider = document.createElement("input");
  private readonly reading = document.createElement("output");
  private readonly result = make("p", "result");
  private readonly plot = make("figure", "errors");

  /**
   * @param onChange is told that an element is to have another value
   * @param onCheck is asked to check the gradient by an element
   */
  constructor(
    private value: Value,
    onChange: (element: number, value: number) => void,
    onCheck: (element: number) => void,
  ) {
    value.numbers!.forEach((_, i) => this.choice.append(new Option(element(value, i), String(i))));
    this.choice.dataset["label"] = "element";
    this.choice.addEventListener("change", () => this.choose());
    this.slider.type = "range";
    this.slider.dataset["label"] = "slider";
    this.slider.addEventListener("input", () => onChange(this.index, Number(this.slider.value)));
    const check = make("button", "check", { text: "check", hint: "checkHint" });
    check.addEventListener("click", () => onCheck(this.index));
    this.result.ariaLive = "polite";
    this.plot.role = "img";
    this.plot.dataset["label"] = "errors";
    this.plot.hidden = true;
    const row = make("div", "row");
    row.append(this.choice, this.slider, this.reading, check);
    this.root.append(row, this.result, this.plot);
    this.choose();
    localize(this.root);
  }

  private get index(): number {
    return Number(this.choice.value);
  }

  private get number(): number {
    return Number(this.value.numbers![this.index]);
  }

  /** Gives the slider room on both sides of what the element is now. */
  private choose(): void {
    const scale = Math.max(1, Math.abs(this.number));
    const [least, most] = [this.number - 2 * scale, this.number + 2 * scale];
    Object.assign(this.slider, { min: least, max: most, step: scale / 50, value: this.number });
    this.update(this.value);
  }

  /** Shows what the variable and its gradient have become. */
  update(value: Value): void {
    this.value = value;
    const { gradient, numbers } = value;
    const shown = gradient ? format(gradient[this.index]!) : "–";
    this.reading.textContent = `${format(numbers![this.index]!)}; grad ${shown}`;
    this.result.textContent = "";
    this.plot.hidden = true;
  }

  /** Shows how the error goes with the distance of the two points between which the slope is taken. */
  showCheck({ checks, gradient }: Check): void {
    const known = checks.filter(({ error }) => error !== null).reverse();
    const best = known.reduce((best, row) => (row.error! <= best.error! ? row : best), known[0]!);
    if (!best || gradient === null) return;
    this.result.textContent = text(
      "checked",
      format(gradient, 6),
      format(best.difference!, 6),
      best.eps.toExponential(1),
      best.error!.toExponential(1),
    );
    this.plot.hidden = false;
    this.plot.replaceChildren();
    const chart = createChart(
      this.plot,
      "eps",
      [text("relativeError")],
      HEIGHT,
      ["var(--curve-1)"],
      true,
    );
    chart.setData([known.map(({ eps }) => eps), known.map(({ error }) => Math.max(error!, LEAST))]);
  }
}
