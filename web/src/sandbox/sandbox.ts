import frame from "virtual:inline/sandbox/frame.ts";

import type { FromFrame, Purpose, ToFrame, ToWorker } from "../messages";
import type { Delivery } from "../runtime";

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
  constructor(private readonly load: () => Delivery) {}

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
      (frame) => this.failures.has(id) && send(frame, spawnMessage(id, "cells"), [theirs]),
      () => {}, // All workers have been told.
    );
    return worker;
  }

  /**
   * Python's memory after its start, from a worker of its own: no cell is sent to it, no other worker
   * has its port, and it is ended when it has answered. So no cell can have a part in a snapshot.
   */
  async takeSnapshot(): Promise<ArrayBuffer> {
    const { port1: port, port2: theirs } = new MessageChannel();
    const id = ++this.count;
    send(await this.open(), spawnMessage(id, "snapshot"), [theirs]);
    try {
      const snapshot = await new Promise((resolve, reject) => {
        this.failures.set(id, reject);
        port.onmessage = ({ data }: MessageEvent<unknown>) => resolve(data);
      });
      if (!(snapshot instanceof ArrayBuffer)) throw new TypeError("not a snapshot");
      return snapshot;
    } finally {
      port.close();
      this.failures.delete(id);
      this.tell({ type: "terminate", worker: id });
    }
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
    return this.opened;
  }

  /** The frame, once it can be told to start workers: they are loaded while the other files come. */
  private async start(): Promise<MessagePort> {
    const { port1: frame, port2: theirs } = new MessageChannel();
    frame.onmessage = ({ data }: MessageEvent<FromFrame>) => {
      if (data.type === "open") this.canInterrupt = data.canInterrupt;
      else this.failures.get(data.worker)?.(data.reason);
    };
    const element = createFrame(theirs);
    const files = this.load();
    const code = sendCode(files, frame);
    Promise.all([code, sendWasm(files, frame), sendFiles(files, frame)]).catch((error: unknown) =>
      this.fail(element, error),
    );
    await code;
    return frame;
  }

  private fail(frame: HTMLElement, error: unknown): void {
    this.opened = null;
    frame.remove();
    const reason = error instanceof Error ? error.message : String(error);
    for (const fail of [...this.failures.values()]) fail(reason);
  }
}

function spawnMessage(worker: number, purpose: Purpose): ToFrame {
  return { type: "spawn", worker, purpose };
}

// What is sent before the frame listens waits in its port.
function send(frame: MessagePort, message: ToFrame, transfer: Transferable[] = []): void {
  frame.postMessage(message, transfer);
}

async function sendCode({ worker }: Delivery, frame: MessagePort): Promise<void> {
  send(frame, { type: "code", code: await worker });
}

async function sendWasm({ wasm }: Delivery, frame: MessagePort): Promise<void> {
  for await (const part of wasm) send(frame, { type: "wasm", part }, [part.buffer]);
  send(frame, { type: "wasm", part: null });
}

async function sendFiles(delivery: Delivery, frame: MessagePort): Promise<void> {
  const files = await delivery.files;
  const { library, wheel, data, snapshot } = files;
  const all = [library, wheel, ...Object.values(data), ...(snapshot ? [snapshot] : [])];
  send(frame, { type: "files", files }, all);
}

/** Puts the frame into the page, and gives it its port. */
function createFrame(port: MessagePort): HTMLElement {
  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.allow = "cross-origin-isolated";
  element.hidden = true;
  element.srcdoc = DOCUMENT;
  element.onload = () => {
    const open: ToFrame = { type: "open" };
    element.contentWindow!.postMessage(open, "*", [port]);
  };
  document.body.append(element);
  return element;
}
