import { fromFile, openFile, saveFile, toFile } from "./file";
import type { Manuscript } from "./manuscript";
import { fromFragment, toFragment } from "./share";
import { Store } from "./store";
import { type Key, text } from "./strings";

/**
 * What a reader can do with the text of a document besides changing it: share, save, open, reset, add a
 * cell; and what becomes of a text that came with a link. It never runs by itself.
 */
export class Tools {
  private readonly banner = byId("banner");
  private readonly message = byId("message");
  private readonly own: Store;

  constructor(
    private readonly manuscript: Manuscript,
    private readonly name: string,
    own: Store,
  ) {
    this.own = own;
    const tools: Record<string, () => void> = {
      share: () => void this.share(),
      save: () => saveFile(`${name}.py`, toFile(manuscript.texts)),
      open: () => void openFile().then((file) => this.replace(fromFile(file))),
      reset: () => this.replace([]),
      add: () => manuscript.add().focus(),
      keep: () => void this.keep(),
      discard: () => void this.discard(),
    };
    for (const [id, action] of Object.entries(tools)) byId(id).addEventListener("click", action);
  }

  /** Shows the text that the address brings along, or else the reader's own of last time. */
  async restore(): Promise<void> {
    const shared = fromFragment(location.hash);
    if (!shared) return void (await this.manuscript.restore());
    const { hash } = location;
    this.manuscript.store = new Store(`${this.name}${hash}`);
    // Changes made to it before a reload are kept apart from the reader's own text.
    if (!(await this.manuscript.restore())) this.manuscript.show(shared);
    const from = origin();
    this.say(from ? "shared" : "sharedUnsaid", from);
    this.banner.classList.add("shared");
  }

  private replace(codes: string[]): void {
    this.manuscript.show(codes);
    void this.manuscript.save();
  }

  private async share(): Promise<void> {
    const address = new URL(location.href);
    address.hash = toFragment(this.manuscript.codes);
    const link = byId<HTMLInputElement>("link");
    link.value = address.href;
    link.hidden = false;
    const copied = await navigator.clipboard?.writeText(address.href).then(
      () => true,
      () => false,
    );
    this.say(copied ? "copied" : "copyThis");
    link.focus();
    link.select();
  }

  private async keep(): Promise<void> {
    this.manuscript.store = this.own;
    await this.manuscript.save();
    this.forgetLink();
  }

  private async discard(): Promise<void> {
    this.forgetLink();
    this.manuscript.store = this.own;
    this.manuscript.show((await this.own.read()) ?? []);
  }

  private forgetLink(): void {
    history.replaceState(null, "", location.pathname + location.search);
    this.banner.classList.remove("shared");
    this.banner.hidden = true;
  }

  private say(key: Key, value = ""): void {
    this.banner.hidden = false;
    Object.assign(this.message.dataset, { text: key, value });
    this.message.textContent = text(key, value);
  }
}

/** The site that the reader came from; empty where the browser does not tell. */
function origin(): string {
  return document.referrer && new URL(document.referrer).host;
}

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}
