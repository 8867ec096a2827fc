import files from "virtual:runtime-files";

import { Bridge } from "./bridge";
import { Cell } from "./cell";
import { CellDocument } from "./document";
import type { RuntimeState } from "./interpreter";
import { Manuscript } from "./manuscript";
import { loadRuntime } from "./runtime";
import { Sandbox } from "./sandbox/sandbox";
import { describe } from "./status";
import { Snapshots } from "./snapshots";
import { Store } from "./store";
import { currentLanguage, languageTag, localize, setLanguage, text } from "./strings";
import { Tools } from "./tools";

const LANGUAGE_KEY = "ndgrad:language";

/** Finds the parts of index.html and connects them. */
export class Page {
  private readonly document: CellDocument;
  private readonly bridge: Bridge;
  private readonly status = byId("status");
  private readonly progress = byId<HTMLProgressElement>("progress");
  private readonly stop = byId<HTMLButtonElement>("stop");
  private readonly tools: Tools;
  private runtime!: RuntimeState;

  constructor() {
    setLanguage(document.documentElement.lang.startsWith("zh") ? "zh" : "en");
    const folder = new URL(files.folder, document.baseURI).href;
    const snapshots = new Snapshots(files.version);
    const sandbox = new Sandbox(() =>
      loadRuntime({ ...files, folder }, dataFiles(), snapshots.take(), (loaded, total) =>
        this.bridge.progress(loaded, total),
      ),
    );
    this.bridge = new Bridge(
      () => sandbox.spawn(),
      (state) => {
        this.runtime = state;
        this.show();
        if (state.phase !== "ready") return;
        this.upgrade();
        document.body.dataset["start"] = state.restored ? "snapshot" : "ordinary";
        void snapshots.settle(state.restored);
      },
      (ready) => {
        document.body.dataset["spare"] = ready ? "ready" : "starting";
        if (!ready) return;
        keepForOffline();
        void snapshots
          .keep(() => sandbox.takeSnapshot())
          .then(() => (document.body.dataset["settled"] = ""));
      },
    );
    const cells = [...document.querySelectorAll<Cell>("nd-cell")];
    this.document = new CellDocument(cells, this.bridge, () => this.show());
    const name = document.body.dataset["document"]!;
    const store = new Store(name);
    const manuscript = new Manuscript(this.document, document.querySelector("article")!, store);
    this.tools = new Tools(manuscript, name, store);
    byId("run-all").addEventListener("click", () => this.document.runAll());
    byId("restart").addEventListener("click", () => void this.document.restart());
    byId("language").addEventListener("click", () => this.toggleLanguage());
    this.stop.addEventListener("click", () => void this.document.stop());
  }

  /** Starts loading Python, while the reader reads. */
  start(): void {
    this.bridge.restart();
    this.localize();
    void this.tools.restore().then(() => (document.body.dataset["restored"] = ""));
  }

  private show(): void {
    const state = this.runtime;
    const running = this.document.running;
    document.body.dataset["runtime"] = state.phase;
    this.stop.disabled = !running;
    this.progress.hidden = state.phase === "ready" || state.phase === "dead";
    if (state.phase === "loading") {
      this.progress.max = state.total;
      this.progress.value = state.loaded;
    }
    this.status.textContent =
      state.phase === "ready" && running ? text("running", running.number) : describe(state);
    // Read aloud, every megabyte would drown everything else.
    this.status.ariaLive = state.phase === "loading" ? "off" : "polite";
  }

  /** The editors come when Python has come and leaves time for them, unless the reader was faster. */
  private upgrade(): void {
    for (const cell of this.document.cells) whenIdle(() => void cell.upgrade());
  }

  private toggleLanguage(): void {
    setLanguage(currentLanguage() === "zh" ? "en" : "zh");
    localStorage.setItem(LANGUAGE_KEY, currentLanguage());
    this.localize();
  }

  private localize(): void {
    document.documentElement.lang = languageTag();
    const title = document.querySelector(`article .prose[lang=${languageTag()}] h1`);
    document.title = `${title?.textContent ?? ""} · ndgrad`;
    localize(document.body);
    for (const cell of this.document.cells) cell.localize();
    this.show();
  }
}

/** Not every browser says when it is idle. */
function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(work);
  else setTimeout(work);
}

/** What the cells of this document read. */
function dataFiles(): string[] {
  return document.body.dataset["files"]?.split(" ").filter(Boolean) ?? [];
}

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Begun last of all, so that it keeps nobody waiting. Over plain HTTP browsers do not offer it. */
function keepForOffline(): void {
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("service.js");
}
