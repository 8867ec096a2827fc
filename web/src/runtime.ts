import { Download } from "./download";
import type { PythonFiles, RuntimeFiles } from "./messages";

/** What a Python is made of, on its way. */
export interface Delivery {
  /** The worker's module, as text. */
  worker: Promise<string>;
  /** Pyodide's WebAssembly, which is compiled while it comes. */
  wasm: AsyncIterable<Uint8Array<ArrayBuffer>>;
  files: Promise<PythonFiles>;
}

/** Fetches everything a Python is made of; `data` names what the document brings along. */
export function loadRuntime(
  { folder, bytes, names }: RuntimeFiles,
  data: readonly string[],
  onProgress: (loaded: number, total: number) => void,
): Delivery {
  const download = new Download(folder, bytes, onProgress);
  const all = [
    download.bytes(names.library),
    download.bytes(names.wheel),
    ...data.map((name) => fetchData(new URL(`../data/${name}`, folder).href)),
  ];
  const files = Promise.all(all).then(([library, wheel, ...contents]) => ({
    library: library!,
    wheel: wheel!,
    data: Object.fromEntries(data.map((name, i) => [name, contents[i]!])),
  }));
  return { worker: download.text(names.worker), wasm: download.parts(names.wasm), files };
}

async function fetchData(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: the server answered ${response.status}`);
  return response.arrayBuffer();
}
