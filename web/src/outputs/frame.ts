import measure from "virtual:inline/outputs/measure.ts";

import { text } from "../strings";
import type { Display } from "./display";

/** Nothing is loaded, and one script runs: the one that tells the height. */
const POLICY =
  `default-src 'none'; script-src '${measure.hash}'; ` +
  "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";

const STYLE =
  "body{margin:0;font:14px/1.6 system-ui,sans-serif;color:CanvasText}" +
  "table{border-collapse:collapse}td,th{border:1px solid;padding:.2em .6em}";

/** A cell's HTML must not make the page endlessly long. */
const HIGHEST = 600;

/** HTML of a cell, purified, in a sandboxed frame of its own: no script, no network, no page around. */
export function frame(data: string): Display {
  const element = document.createElement("iframe");
  element.className = "html";
  element.title = text("html");
  element.setAttribute("sandbox", "allow-scripts");
  const update = (data: string) => void purify(data).then((html) => (element.srcdoc = page(html)));
  update(data);
  return { element, update };
}

addEventListener("message", ({ source, origin, data }) => {
  if (origin !== "null" || !Number.isFinite(data)) return;
  for (const element of document.querySelectorAll<HTMLIFrameElement>("nd-cell iframe.html"))
    if (element.contentWindow === source)
      element.style.height = `${Math.min(Math.max(data, 0), HIGHEST)}px`;
});

function page(html: string): string {
  return (
    `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">` +
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
    `<style>${STYLE}</style>${html}<script>${measure.text}</script>`
  );
}

/** Links, forms and whatever leads out of the frame go, besides what could run. */
async function purify(html: string): Promise<string> {
  const { default: purifier } = await import("dompurify");
  return purifier.sanitize(html, {
    FORBID_TAGS: ["form", "input", "button", "select", "textarea"],
    FORBID_ATTR: ["href", "xlink:href", "action", "srcset"],
  });
}
