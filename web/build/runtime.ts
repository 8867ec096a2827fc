import { createReadStream, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";

import type { Plugin } from "vite";

import type { RuntimeFiles } from "../src/messages";

const MODULE = "virtual:runtime-files";
const FOLDER = "runtime/";

/** What a page needs of Pyodide's package. */
const PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

const MIME_TYPES: Record<string, string> = {
  mjs: "text/javascript",
  wasm: "application/wasm",
  zip: "application/zip",
  whl: "application/zip",
};

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

/**
 * Serves Pyodide's files and the wheel from the page's own origin, under `runtime/`, and tells the
 * page their names and sizes (module `virtual:runtime-files`), so that progress has a total.
 *
 * The wheel is the one in ../dist, or the file that NDGRAD_WHEEL names.
 */
export function pythonRuntime(): Plugin {
  const pyodide = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
  let paths = new Map<string, string>();

  function collect(): RuntimeFiles {
    const given = process.env["NDGRAD_WHEEL"];
    const wheel = given ? resolve(given) : findWheel(resolve("../dist"));
    paths = new Map(
      [...PYODIDE_FILES.map((n) => join(pyodide, n)), wheel].map((p) => [basename(p), p]),
    );
    const bytes = Object.fromEntries([...paths].map(([name, path]) => [name, statSync(path).size]));
    const { info } = JSON.parse(readFileSync(join(pyodide, "pyodide-lock.json"), "utf8"));
    const lock = JSON.stringify({ info, packages: {} });
    return { folder: FOLDER, wheel: basename(wheel), bytes, lock };
  }

  return {
    name: "ndgrad:runtime",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: (id) => (id === `\0${MODULE}` ? `export default ${JSON.stringify(collect())}` : null),
    generateBundle() {
      for (const [name, path] of paths)
        this.emitFile({ type: "asset", fileName: FOLDER + name, source: readFileSync(path) });
    },
    configureServer(server) {
      server.middlewares.use(`/${FOLDER}`, (request, response, next) => {
        if (paths.size === 0) collect();
        const path = paths.get((request.url ?? "").replace(/^\/|\?.*$/g, ""));
        if (!path) return next();
        response.setHeader("Content-Type", MIME_TYPES[path.split(".").pop()!]!);
        createReadStream(path).pipe(response);
      });
    },
  };
}
