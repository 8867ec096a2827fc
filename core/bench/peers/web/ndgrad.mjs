// ndgrad in Pyodide: runs the cases of imperative.py. The first message brings the wheel and the modules of peers/.

import { install } from "/wasm/harness.mjs";
import { loadPyodide } from "/pyodide/pyodide.mjs";
import { answer } from "./answer.mjs";

const CASE = `
def time_case(name):
    global call, last
    if name not in imperative.CASES:
        return None
    if name != last:
        call = None
        call, last = imperative.CASES[name](), name
    return measure.seconds(call)

last = None
`;

answer(async ({ wheel, modules }) => {
  const [pyodide, bytes] = await Promise.all([
    loadPyodide({ indexURL: "/pyodide/" }),
    fetch(wheel).then((response) => response.arrayBuffer()),
  ]);
  install(pyodide, [bytes]);
  pyodide.FS.mkdirTree("/bench/peers");
  for (const [name, text] of Object.entries(modules)) pyodide.FS.writeFile(`/bench/peers/${name}`, text);
  pyodide.runPython("import sys; sys.path.insert(0, '/bench'); from peers import imperative, measure");
  pyodide.runPython(CASE);
  return pyodide.globals.get("time_case");
});
