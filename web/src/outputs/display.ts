import { curve } from "./curve";
import { frame } from "./frame";
import { picture } from "./picture";

/** Something in a cell's output that is not text. */
export interface Display {
  element: HTMLElement;
  update(data: string): void;
}

/** How each kind of output is shown; one that is not here is not shown. */
const DISPLAYS: Record<string, (data: string) => Display> = {
  "image/svg+xml": (data) => picture(data, (svg) => `utf8,${encodeURIComponent(svg)}`, "svg+xml"),
  "image/png": (data) => picture(data, (png) => `base64,${png}`, "png"),
  "text/html": frame,
  "application/vnd.ndgrad.curve+json": curve,
};

export function display(mime: string, data: string): Display | null {
  return Object.hasOwn(DISPLAYS, mime) ? DISPLAYS[mime]!(data) : null;
}
