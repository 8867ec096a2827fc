import frame from "virtual:inline/sandbox/frame.ts";

import type { FromFrame, Runtime, ToFrame, ToWorker } from "../messages";

/** A worker as the page sees it: what it says is unchecked. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  /** Raises KeyboardInterrupt in what runs; false where that is not possible. */
  interrupt(): boolean;
  terminate(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((reason: string) => void) | null;
}

/**
 * What the frame and its workers may do: run this script and WebAssembly, start workers from `data:`
 * addresses, and nothing else. No address of any network can be reached from it.
 */
const POLICY = `default-src 'none'; script-src '${frame.hash}' 'wasm-unsafe-eval'; worker-src data:`;

const DOCUMENT =
  `<!doctype html><meta charset="utf-8">` +
  `<meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  `<script>${frame.text}</script>`;

/**
 * The place where cells run: workers in an iframe of an opaque origin. All files come from the page,
 * which alone may fetch; each worker speaks with the page through a port of its own.
 */
export class Sandbox {
  private opened: Promise<MessagePort> | null = null;
  private canInterrupt = false;
  private readonly failures = new Map<number, (reason: string) => void>();
  private count = 0;

  /** @param load is asked for the files with the first worker, and again after it has failed */
  constructor(private readonly load: () => Promise<Runtime>) {}

  spawn(): WorkerLike {
    const id = ++this.count;
    const { port1: port, port2: theirs } = new MessageChannel();
    const worker: WorkerLike = {
      onmessage: null,
      onerror: null,
      postMessage: (message) => port.postMessage(message),
      interrupt: () => this.canInterrupt && this.tell({ type: "interrupt", worker: id }),
      terminate: () => {
        port.close();
        this.failures.delete(id);
        this.tell({ type: "terminate", worker: id });
      },
    };
    port.onmessage = (event: MessageEvent) => worker.onmessage?.(event);
    this.failures.set(id, (reason) => worker.onerror?.(reason));
    this.open().then(
      // Terminated while the files were on their way, it is not even started.
      (frame) =>
        this.failures.has(id) && frame.postMessage({ type: "spawn", worker: id }, [theirs]),
      (error: unknown) => worker.onerror?.(error instanceof Error ? error.message : String(error)),
    );
    return worker;
  }

  private tell(message: ToFrame): true {
    this.opened?.then(
      (frame) => frame.postMessage(message),
      () => {},
    );
    return true;
  }

  private open(): Promise<MessagePort> {
    this.opened ??= this.start();
    this.opened.catch(() => (this.opened = null));
    return this.opened;
  }

  private async start(): Promise<MessagePort> {
    const [frame, runtime] = await Promise.all([createFrame(), this.load()]);
    const { port1, port2 } = new MessageChannel();
    const open: ToFrame = { type: "open", runtime };
    const { wasm, library, wheel, data } = runtime;
    frame.postMessage(open, "*", [port2, wasm, library, wheel, ...Object.values(data)]);
    return new Promise((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<FromFrame>) => {
        if (data.type === "failed") return this.failures.get(data.worker)?.(data.reason);
        this.canInterrupt = data.canInterrupt;
        resolve(port1);
      };
    });
  }
}

function createFrame(): Promise<Window> {
  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.allow = "cross-origin-isolated";
  element.hidden = true;
  element.srcdoc = DOCUMENT;
  return new Promise((resolve) => {
    element.onload = () => resolve(element.contentWindow!);
    document.body.append(element);
  });
}
