/**
 * Cells for any page: `<script type="module" src=".../ndgrad-cell.js">` makes each `<nd-cell>` of the
 * page runnable. Python is loaded when a reader comes near one of them; all of the page's cells share
 * it, or those with the same `session` where they name one.
 */
import files from "virtual:runtime-files";

import { Bridge } from "./bridge";
import { Cell } from "./cell";
import styles from "./cell.css?inline";
import { CellDocument } from "./document";
import { loadRuntime } from "./runtime";
import { Sandbox } from "./sandbox/sandbox";
import { describe } from "./status";
import { setLanguage } from "./strings";

const folder = new URL(files.folder, import.meta.url).href;

/** The storage of the page around the cells is not ours to fill. */
const NO_SNAPSHOT = Promise.resolve(null);

/** One for the page: its sessions share the files, but no Python. */
const sandbox = new Sandbox(() =>
  loadRuntime({ ...files, folder }, [], NO_SNAPSHOT, (loaded, total) => {
    for (const { bridge } of sessions.values()) bridge.progress(loaded, total);
  }),
);

/** The cells that share one Python. */
class Session {
  readonly bridge: Bridge = new Bridge(
    () => sandbox.spawn(),
    (state) => this.document.running?.wait(describe(state)),
  );
  private readonly document = new CellDocument([], this.bridge, () => {});

  add(cell: Cell): void {
    this.document.add(cell);
    for (const near of ["pointerenter", "focusin"])
      cell.addEventListener(near, () => this.bridge.prepare(), { once: true });
  }
}

const sessions = new Map<string, Session>();

function adopt(cell: Cell): void {
  const name = cell.getAttribute("session") ?? "";
  const session = sessions.get(name) ?? new Session();
  sessions.set(name, session);
  session.add(cell);
}

const style = document.createElement("style");
style.textContent = styles;
document.head.append(style);

const language = document.querySelector("nd-cell")?.closest("[lang]")?.getAttribute("lang");
setLanguage((language ?? navigator.language).startsWith("zh") ? "zh" : "en");
const cells = [...document.querySelectorAll<Cell>("nd-cell")];
cells.forEach((cell, i) => cell.hasAttribute("number") || cell.setAttribute("number", `${i + 1}`));
customElements.define("nd-cell", Cell);
cells.forEach(adopt);
