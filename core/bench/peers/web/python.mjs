// A library in Pyodide: runs the cases of one of the modules of peers/. The first message brings the wheels, the modules
// and the name of the one.

import { install } from "/wasm/harness.mjs";
import { loadPyodide } from "/pyodide/pyodide.mjs";
import { answer } from "./answer.mjs";

const CASE = `
from importlib import import_module

def time_case(name):
    global call, last
    if name not in cases:
        return None
    if name != last:
        call = None
        call, last = cases[name](), name
    return measure.seconds(call)

cases = import_module(f"peers.{library}").CASES
measure = import_module("peers.measure")
last = None
`;

const bytes = async (address) => (await fetch(address)).arrayBuffer();

answer(async ({ wheels, modules, library }) => {
  const [pyodide, ...packages] = await Promise.all([loadPyodide({ indexURL: "/pyodide/" }), ...wheels.map(bytes)]);
  install(pyodide, packages);
  pyodide.FS.mkdirTree("/bench/peers");
  for (const [name, text] of Object.entries(modules)) pyodide.FS.writeFile(`/bench/peers/${name}`, text);
  pyodide.runPython("import sys; sys.path.insert(0, '/bench')");
  pyodide.globals.set("library", library);
  pyodide.runPython(CASE);
  return pyodide.globals.get("time_case");
});
