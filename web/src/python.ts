import type { PyodideAPI } from "pyodide";

import { Download } from "./download";
import type { RuntimeFiles } from "./messages";

export interface StartHandlers {
  onProgress(loaded: number, total: number): void;
  /** All bytes are here, and Python starts. */
  onStarting(): void;
  /** Python runs, and the package is put into it. */
  onInstalling(): void;
}

/** Starts Pyodide with ndgrad installed. */
export async function startPython(
  { folder, wheel, bytes, lock }: RuntimeFiles,
  handlers: StartHandlers,
): Promise<PyodideAPI> {
  const download = new Download(folder, bytes, (loaded, total) => {
    handlers.onProgress(loaded, total);
    if (loaded >= total) handlers.onStarting();
  });
  const starting = startPyodide(folder, lock, download).then((pyodide) => {
    handlers.onInstalling();
    return pyodide;
  });
  const [pyodide, content] = await Promise.all([starting, download.bytes(wheel)]);
  pyodide.unpackArchive(content, "wheel");
  return pyodide;
}

async function startPyodide(folder: string, lock: string, download: Download): Promise<PyodideAPI> {
  // Nothing can count the bytes of an import. Once a module has been fetched, its import takes it
  // from the browser's cache.
  await Promise.all(["pyodide.mjs", "pyodide.asm.mjs"].map((name) => download.bytes(name)));
  const { loadPyodide } = await importPyodide(folder);
  const answer = (address: string) =>
    address.startsWith(folder) ? download.get(address.slice(folder.length)) : null;
  return withFetch(answer, () =>
    loadPyodide({ indexURL: folder, lockFileContents: lock, packageBaseUrl: folder }),
  );
}

function importPyodide(folder: string): Promise<typeof import("pyodide")> {
  return import(/* @vite-ignore */ `${folder}pyodide.mjs`);
}

/** Pyodide fetches by itself and tells nobody how far it is: `answer` takes its requests over. */
async function withFetch<T>(
  answer: (address: string) => Promise<Response> | null,
  work: () => Promise<T>,
): Promise<T> {
  const plain = globalThis.fetch;
  globalThis.fetch = (input, init) =>
    answer(input instanceof Request ? input.url : String(input)) ?? plain(input, init);
  try {
    return await work();
  } finally {
    globalThis.fetch = plain;
  }
}
