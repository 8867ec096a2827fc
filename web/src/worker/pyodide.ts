import { loadPyodide, type PyodideAPI } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import lock from "virtual:pyodide-lock";

import type { Birth } from "../messages";

/** Pyodide asks for its files under some address. They are here already, so it leads nowhere. */
const NOWHERE = "https://runtime.invalid/";

/** Starts Pyodide with ndgrad installed. `onInstalling` is called when Python runs. */
export async function startPython(
  { module, files }: Birth,
  onInstalling: () => void,
): Promise<PyodideAPI> {
  const pyodide = await withFiles(module, files.library, () =>
    loadPyodide({
      indexURL: NOWHERE,
      lockFileContents: lock,
      packageBaseUrl: NOWHERE,
      createPyodideModule,
    } as Parameters<typeof loadPyodide>[0]),
  );
  onInstalling();
  pyodide.unpackArchive(files.wheel, "wheel");
  for (const [name, bytes] of Object.entries(files.data))
    pyodide.FS.writeFile(name, new Uint8Array(bytes));
  return pyodide;
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
