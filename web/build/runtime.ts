import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";

import type { Plugin } from "vite";

import type { RuntimeFiles } from "../src/messages";
import { compilePython } from "./bytecode.ts";
import { bundleWorker } from "./worker.ts";

const MODULE = "virtual:runtime-files";
const FOLDER = "runtime/";

/** The newest WebAssembly wheel of ndgrad in `folder`: native wheels may lie beside it. */
export function findWheel(folder: string): string {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    names = [];
  }
  const wheels = names
    .filter((name) => /^ndgrad-.*wasm32.*\.whl$/.test(name))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!wheels[0])
    throw new Error(
      `No WebAssembly wheel (ndgrad-*wasm32.whl) in ${folder}: run "make wasm" first.`,
    );
  return wheels[0];
}

/** The Python of ../src/worker, which comes with the wheel, as the package ndgrad_worker. */
function workerSources(): Record<string, string> {
  const folder = resolve("src/worker");
  const names = readdirSync(folder).filter((name) => name.endsWith(".py"));
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return Object.fromEntries(names.map((name) => [`ndgrad_worker/${name}`, read(name)]));
}

function versionOf(contents: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  for (const [name, content] of contents) hash.update(name).update(content);
  return hash.digest("hex");
}

/**
 * Makes what a Python is made of - the worker, Pyodide's WebAssembly, its library and the wheel as
 * bytecode - and puts it beside the page, under `runtime/`. Module `virtual:runtime-files` tells the page the names and
 * sizes, so that progress has a total.
 *
 * The wheel is the one in ../dist, or the file that NDGRAD_WHEEL names.
 */
export function pythonRuntime(): Plugin {
  const pyodide = createRequire(import.meta.url).resolve("pyodide/package.json");
  let contents = new Map<string, Uint8Array>();

  async function collect(): Promise<RuntimeFiles> {
    const given = process.env["NDGRAD_WHEEL"];
    const wheel = given ? resolve(given) : findWheel(resolve("../dist"));
    const names = {
      worker: "worker.js",
      wasm: "pyodide.asm.wasm",
      library: "python_stdlib.zip",
      wheel: basename(wheel),
    };
    contents = new Map([
      [names.worker, Buffer.from(await bundleWorker())],
      [names.wasm, readFileSync(join(pyodide, "..", names.wasm))],
      [names.library, await compilePython(readFileSync(join(pyodide, "..", names.library)))],
      [names.wheel, await compilePython(readFileSync(wheel), workerSources())],
    ]);
    const bytes = Object.fromEntries([...contents].map(([name, { length }]) => [name, length]));
    return { folder: FOLDER, bytes, version: versionOf(contents), names };
  }

  return {
    name: "ndgrad:runtime",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: async (id) =>
      id === `\0${MODULE}` ? `export default ${JSON.stringify(await collect())}` : null,
    generateBundle() {
      for (const [name, source] of contents)
        this.emitFile({ type: "asset", fileName: FOLDER + name, source });
    },
  };
}
