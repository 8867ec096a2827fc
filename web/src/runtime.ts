import { Download } from "./download";
import type { Runtime, RuntimeFiles } from "./messages";

/** Fetches everything a Python is made of; `data` names what the document brings along. */
export async function loadRuntime(
  { folder, bytes, names }: RuntimeFiles,
  data: readonly string[],
  onProgress: (loaded: number, total: number) => void,
): Promise<Runtime> {
  const download = new Download(folder, bytes, onProgress);
  const [worker, wasm, library, wheel, ...contents] = await Promise.all([
    download.text(names.worker),
    download.bytes(names.wasm),
    download.bytes(names.library),
    download.bytes(names.wheel),
    ...data.map((name) => fetchData(new URL(`../data/${name}`, folder).href)),
  ]);
  return {
    worker,
    wasm,
    library,
    wheel,
    data: Object.fromEntries(data.map((name, i) => [name, contents[i]!])),
  };
}

async function fetchData(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: the server answered ${response.status}`);
  return response.arrayBuffer();
}
