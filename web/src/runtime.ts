import { Download } from "./download";
import type { PythonFiles, RuntimeFiles } from "./messages";

/** What a Python is made of, on its way. */
export interface Delivery {
  /** The worker's module. */
  worker: Promise<ArrayBuffer>;
  /** Pyodide's WebAssembly, which is compiled while it comes. */
  wasm: AsyncIterable<Uint8Array<ArrayBuffer>>;
  files: Promise<PythonFiles>;
}

/**
 * Fetches everything a Python is made of; `data` names what the document brings along, `snapshot` is what
 * an earlier visit may have left.
 */
export function loadRuntime(
  { folder, bytes, names }: RuntimeFiles,
  data: readonly string[],
  snapshot: Promise<ArrayBuffer | null>,
  onProgress: (loaded: number, total: number) => void,
): Delivery {
  const download = new Download(folder, bytes, onProgress);
  const all = [
    download.bytes(names.library),
    download.bytes(names.wheel),
    ...data.map((name) => fetchData(new URL(`../data/${name}`, folder).href)),
  ];
  const files = Promise.all(all).then(async ([library, wheel, ...contents]) => ({
    library: library!,
    wheel: wheel!,
    data: Object.fromEntries(data.map((name, i) => [name, contents[i]!])),
    snapshot: await snapshot,
  }));
  return { worker: download.bytes(names.worker), wasm: download.parts(names.wasm), files };
}

async function fetchData(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: the server answered ${response.status}`);
  return response.arrayBuffer();
}
