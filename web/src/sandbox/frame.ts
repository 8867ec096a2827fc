/**
 * The script of the sandboxed frame: an origin of its own, so that neither cookies, storage nor the
 * page around it are in reach of what runs here. It starts workers for the page and ends them.
 *
 * It is put into the frame as text, so it imports nothing but types.
 */
import type { Birth, FromFrame, Purpose, PythonFiles, ToFrame } from "../messages";

// Outside a sandbox, cells would run with the page's own rights.
if (self.origin !== "null") throw new Error("ndgrad's frame must be sandboxed");

addEventListener("message", function open({ source, data, ports }: MessageEvent<ToFrame>) {
  if (source !== parent || data.type !== "open" || !ports[0]) return;
  removeEventListener("message", open);
  serve(ports[0]);
});

function serve(page: MessagePort): void {
  const say = (message: FromFrame) => page.postMessage(message);
  let address = "";
  let keepFiles!: (files: PythonFiles) => void;
  const kept = new Promise<PythonFiles>((resolve) => (keepFiles = resolve));
  const wasm = new TransformStream<Uint8Array<ArrayBuffer>>();
  const parts = wasm.writable.getWriter();
  // Compiled while it comes, and once for all workers.
  const compiled = WebAssembly.compileStreaming(
    new Response(wasm.readable, { headers: { "Content-Type": "application/wasm" } }),
  );
  compiled.catch(() => {}); // It fails again where a worker waits for it.
  const workers = new Map<number, { worker: Worker; interrupt: SharedArrayBuffer | null }>();

  async function spawn(id: number, purpose: Purpose, port: MessagePort): Promise<void> {
    const worker = new Worker(address, { type: "module" });
    const interrupt = self.crossOriginIsolated ? new SharedArrayBuffer(1) : null;
    workers.set(id, { worker, interrupt });
    worker.onerror = (event) =>
      say({
        type: "failed",
        worker: id,
        reason: event.message || "the worker could not be loaded",
      });
    const birth: Birth = { purpose, module: await compiled, files: await kept, interrupt };
    worker.postMessage(birth, [port]);
  }

  function control(id: number, type: "interrupt" | "terminate"): void {
    const known = workers.get(id);
    if (!known) return;
    if (type === "interrupt" && known.interrupt) new Uint8Array(known.interrupt)[0] = 2;
    if (type === "terminate") {
      known.worker.terminate();
      workers.delete(id);
    }
  }

  page.onmessage = ({ data, ports }: MessageEvent<ToFrame>) => {
    switch (data.type) {
      case "code":
        return void (address = moduleAddress(data.code));
      case "files":
        return keepFiles(data.files);
      case "wasm":
        return void (data.part ? parts.write(data.part) : parts.close());
      case "spawn":
        return void spawn(data.worker, data.purpose, ports[0]!).catch((error) =>
          say({ type: "failed", worker: data.worker, reason: String(error) }),
        );
      case "interrupt":
      case "terminate":
        return control(data.worker, data.type);
    }
  };
  say({ type: "open", canInterrupt: self.crossOriginIsolated });
}

/** The only address that gives a module worker an opaque origin everywhere. */
function moduleAddress(code: ArrayBuffer): string {
  const CHUNK = 1 << 15; // A call takes no more arguments.
  let binary = "";
  for (let at = 0; at < code.byteLength; at += CHUNK)
    binary += String.fromCharCode(...new Uint8Array(code.slice(at, at + CHUNK)));
  return `data:text/javascript;base64,${btoa(binary)}`;
}
