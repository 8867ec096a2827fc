import { loadPyodide, type PyodideAPI } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import lock from "virtual:pyodide-lock";

import type { Birth } from "../messages";
import { pack, unpack } from "./sparse";

/** Pyodide asks for its files under some address. They are here already, so it leads nowhere. */
const NOWHERE = "https://runtime.invalid/";

/** What Pyodide does not document: reading and writing snapshots of its memory. */
interface SnapshotOptions {
  _loadSnapshot?: Uint8Array;
  _makeSnapshot?: boolean;
}

interface SnapshotMaker {
  makeMemorySnapshot(): Uint8Array;
}

/**
 * Starts Pyodide with ndgrad installed, from the snapshot where there is one that fits. `onInstalling`
 * is called when Python runs.
 */
export async function startPython(
  birth: Birth,
  onInstalling: () => void,
): Promise<{ pyodide: PyodideAPI; restored: boolean }> {
  const { snapshot, wheel, data } = birth.files;
  const old = snapshot && (await restore(birth, snapshot));
  const pyodide = old ?? (await load(birth));
  onInstalling();
  pyodide.unpackArchive(wheel, "wheel");
  for (const [name, bytes] of Object.entries(data))
    pyodide.FS.writeFile(name, new Uint8Array(bytes));
  return { pyodide, restored: old !== null };
}

/** Python's memory after its start: what `startPython` takes as a snapshot. */
export async function takeSnapshot(birth: Birth): Promise<ArrayBuffer> {
  const pyodide = await load(birth, { _makeSnapshot: true });
  return pack((pyodide as unknown as SnapshotMaker).makeMemorySnapshot());
}

async function restore(birth: Birth, snapshot: ArrayBuffer): Promise<PyodideAPI | null> {
  try {
    const pyodide = await load(birth, { _loadSnapshot: unpack(snapshot) });
    // What was drawn by chance when the snapshot was taken is drawn again.
    pyodide.runPython("import random; random.seed()", { globals: pyodide.toPy({}) });
    return pyodide;
  } catch {
    return null; // Python starts without it.
  }
}

function load({ module, files }: Birth, options: SnapshotOptions = {}): Promise<PyodideAPI> {
  return withFiles(module, files.library, () =>
    loadPyodide({
      indexURL: NOWHERE,
      lockFileContents: lock,
      packageBaseUrl: NOWHERE,
      createPyodideModule,
      ...options,
    } as Parameters<typeof loadPyodide>[0]),
  );
}

/** Answers what Pyodide fetches and compiles while it starts with what has been loaded. */
async function withFiles<T>(
  module: WebAssembly.Module,
  library: ArrayBuffer,
  work: () => Promise<T>,
): Promise<T> {
  const { fetch } = globalThis;
  const { instantiateStreaming } = WebAssembly;
  globalThis.fetch = async (input) => new Response(String(input).endsWith(".zip") ? library : null);
  WebAssembly.instantiateStreaming = async (_response, imports) => ({
    module,
    instance: await WebAssembly.instantiate(module, imports),
  });
  try {
    return await work();
  } finally {
    globalThis.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
}
