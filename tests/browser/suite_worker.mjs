// Runs the repository's pytest files inside Pyodide in this worker. Takes one message, the addresses
// of everything and pytest's options; says {text} as pytest prints, and at last {code} or {error}.

import { prepare, runPytest } from "/wasm/harness.mjs";
import { loadPyodide } from "/pyodide/pyodide.mjs";

async function bytes(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: the server answered ${response.status}`);
  return response.arrayBuffer();
}

async function run({ wheel, support, tests, options }) {
  const paths = Object.keys(tests);
  const [pyodide, wheelBytes, supportBytes, testBytes] = await Promise.all([
    loadPyodide({ indexURL: "/pyodide/" }),
    bytes(wheel),
    Promise.all(support.map(bytes)),
    Promise.all(paths.map((path) => bytes(tests[path]))),
  ]);
  const decoder = new TextDecoder();
  const write = (chunk) => {
    postMessage({ text: decoder.decode(chunk, { stream: true }) });
    return chunk.length;
  };
  pyodide.setStdout({ write });
  pyodide.setStderr({ write });
  await prepare(pyodide, {
    wheel: wheelBytes,
    support: supportBytes,
    tests: Object.fromEntries(paths.map((path, i) => [path, testBytes[i]])),
  });
  return runPytest(pyodide, options);
}

const fail = (error) => postMessage({ error: String(error?.stack ?? error) });
// A crash of the interpreter may surface outside the call that caused it.
addEventListener("error", (event) => fail(event.error ?? event.message));
addEventListener("unhandledrejection", (event) => fail(event.reason));
addEventListener("message", ({ data }) => {
  run(data).then((code) => postMessage({ code }), fail);
});
