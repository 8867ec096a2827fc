// Runs the repository's pytest files inside Pyodide in Node and exits with pytest's code:
//
//   node wasm/run_tests.mjs [--wheel FILE] [--pyodide FOLDER] [-- pytest's own options]
//
// Unless told otherwise it takes what wasm/build.py made: the wheel in dist/, and Pyodide and
// pytest in the cache. Exit code 70: no result came, as after a crash of the interpreter.

import { existsSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { prepare, runPytest } from "./harness.mjs";

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(REPOSITORY, "build/wasm-toolchain");
const NO_RESULT = 70;

function files(folder, suffix, recursive = false) {
  return readdirSync(folder, { withFileTypes: true, recursive })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes("__pycache__"));
}

function onlyWheel() {
  const dist = join(REPOSITORY, "dist");
  const wheels = existsSync(dist) ? files(dist, "_wasm32.whl") : [];
  if (wheels.length !== 1) {
    throw new Error(`dist/ has ${wheels.length} WebAssembly wheels, not one: run 'make wasm'`);
  }
  return wheels[0];
}

// The tests that are meant for every home lie at the top of tests/, the table's parts in tests/others/, their
// data in tests/golden/; the tutorials are run too.
function testFiles() {
  const tests = join(REPOSITORY, "tests");
  const data = [...files(join(tests, "golden"), "", true), ...files(join(REPOSITORY, "web/tutorials"), ".md")];
  const paths = [join(REPOSITORY, "pyproject.toml"), ...files(tests, ".py"), ...files(join(tests, "others"), ".py"), ...data];
  return Object.fromEntries(paths.map((path) => [relative(REPOSITORY, path), readFileSync(path)]));
}

async function startPyodide(folder) {
  const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
  const pyodide = await loadPyodide({ indexURL: folder });
  for (const [descriptor, setStream] of [[1, "setStdout"], [2, "setStderr"]]) {
    pyodide[setStream]({ write: (bytes) => writeSync(descriptor, bytes) });
  }
  return pyodide;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { wheel: { type: "string" }, pyodide: { type: "string" } },
    allowPositionals: true,
  });
  const pyodide = await startPyodide(values.pyodide ?? join(CACHE, "npm/node_modules/pyodide"));
  console.log(`ndgrad in Pyodide ${pyodide.version}, Node ${process.version}`);
  prepare(pyodide, {
    wheel: readFileSync(values.wheel ?? onlyWheel()),
    support: files(join(CACHE, "pytest"), ".whl").map((path) => readFileSync(path)),
    tests: testFiles(),
  });
  return runPytest(pyodide, positionals);
}

// Whatever ends the process before a result is there (a crash, an exit from within) is a failure.
let result = null;
process.on("exit", () => {
  if (result === null) {
    console.error("\nFAILED: no result from pytest: the interpreter crashed or never started");
  }
  process.exitCode = result ?? NO_RESULT;
});
// Node's own report would begin with a line of Pyodide's source, which is a megabyte long.
process.on("uncaughtException", (error) => {
  console.error(`\n${error?.stack ?? error}`);
  process.exit();
});
result = await main();
