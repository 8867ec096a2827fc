import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

import { build, type Plugin, type Rolldown } from "vite";

/** Chromium takes no longer address, and the worker's is made of its whole text, in base64. */
const LONGEST_ADDRESS = 2 * 1024 * 1024;

/** The worker as one module that imports nothing: it runs where nothing can be loaded. */
export async function bundleWorker(): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: "error",
    plugins: [pyodideLock(), pyodideAnywhere()],
    build: {
      write: false,
      target: "es2022",
      minify: true,
      lib: { entry: resolve("src/worker/worker.ts"), formats: ["es"], fileName: "worker" },
      rolldownOptions: { output: { codeSplitting: false }, external: /^node:|^ws$/ },
    },
  })) as Rolldown.RolldownOutput[];
  const { code } = result[0]!.output[0];
  if ((code.length * 4) / 3 > LONGEST_ADDRESS)
    throw new Error(`the worker has ${code.length} bytes, too many for an address`);
  return code;
}

/** Pyodide's lock file without its packages: `virtual:pyodide-lock`, as JSON. A page serves none. */
function pyodideLock(): Plugin {
  const ID = "virtual:pyodide-lock";
  return {
    name: "ndgrad:pyodide-lock",
    resolveId: (id) => (id === ID ? `\0${ID}` : null),
    load(id) {
      if (id !== `\0${ID}`) return null;
      const path = createRequire(import.meta.url).resolve("pyodide/pyodide-lock.json");
      const { info } = JSON.parse(readFileSync(path, "utf8"));
      return `export default ${JSON.stringify(JSON.stringify({ info, packages: {} }))}`;
    },
  };
}

/** Pyodide looks for its WebAssembly beside itself, and a `data:` address has no beside. */
function pyodideAnywhere(): Plugin {
  return {
    name: "ndgrad:pyodide-anywhere",
    enforce: "pre",
    transform: (code, id) =>
      id.includes("pyodide.asm.mjs")
        ? code.replace(
            /new URL\("pyodide\.asm\.wasm",\s*import\.meta\.url\)\.href/,
            '"pyodide.asm.wasm"',
          )
        : null,
  };
}
