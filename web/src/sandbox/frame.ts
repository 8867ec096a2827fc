/**
 * The script of the sandboxed frame: an origin of its own, so that neither cookies, storage nor the
 * page around it are in reach of what runs here. It starts workers for the page and ends them.
 *
 * It is put into the frame as text, so it imports nothing but types.
 */
import type { Birth, FromFrame, Runtime, ToFrame } from "../messages";

// Outside a sandbox, cells would run with the page's own rights.
if (self.origin !== "null") throw new Error("ndgrad's frame must be sandboxed");

addEventListener("message", function open({ source, data, ports }: MessageEvent<ToFrame>) {
  if (source !== parent || data.type !== "open" || !ports[0]) return;
  removeEventListener("message", open);
  serve(ports[0], data.runtime);
});

function serve(page: MessagePort, { worker: code, wasm, ...runtime }: Runtime): void {
  const say = (message: FromFrame) => page.postMessage(message);
  const bytes = new TextEncoder().encode(code);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  // The only address that gives a module worker an opaque origin everywhere.
  const address = `data:text/javascript;base64,${btoa(binary)}`;
  // Compiled once for all workers.
  const compiled = WebAssembly.compile(wasm);
  const workers = new Map<number, { worker: Worker; interrupt: SharedArrayBuffer | null }>();

  async function spawn(id: number, port: MessagePort): Promise<void> {
    const worker = new Worker(address, { type: "module" });
    const interrupt = self.crossOriginIsolated ? new SharedArrayBuffer(1) : null;
    workers.set(id, { worker, interrupt });
    worker.onerror = (event) =>
      say({
        type: "failed",
        worker: id,
        reason: event.message || "the worker could not be loaded",
      });
    const birth: Birth = { module: await compiled, runtime, interrupt };
    worker.postMessage(birth, [port]);
  }

  page.onmessage = ({ data, ports }: MessageEvent<ToFrame>) => {
    if (data.type === "open") return;
    const { worker: id } = data;
    if (data.type === "spawn")
      spawn(id, ports[0]!).catch((error) =>
        say({ type: "failed", worker: id, reason: String(error) }),
      );
    const known = workers.get(id);
    if (!known) return;
    if (data.type === "interrupt" && known.interrupt) new Uint8Array(known.interrupt)[0] = 2;
    if (data.type === "terminate") {
      known.worker.terminate();
      workers.delete(id);
    }
  };
  say({ type: "open", canInterrupt: self.crossOriginIsolated });
}
