import { text } from "../strings";
import type { Display } from "./display";

/** An image: as one, an SVG runs no script and loads nothing. `encode` makes a data: address's end. */
export function picture(data: string, encode: (data: string) => string, kind: string): Display {
  const element = document.createElement("img");
  element.className = "picture";
  element.alt = text("picture");
  const update = (data: string) => void (element.src = `data:image/${kind};${encode(data)}`);
  update(data);
  return { element, update };
}
