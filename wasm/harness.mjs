// Puts ndgrad, pytest and the tests into a running Pyodide and runs them. It uses nothing but
// Pyodide's own interface and bytes, so Node and a browser's worker share it.

const FOLDER = "/ndgrad";

// Unpack wheels (ArrayBuffers or Uint8Arrays) where Python finds them; nothing is downloaded.
export function install(pyodide, wheels) {
  const site = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const wheel of wheels) {
    pyodide.unpackArchive(new Uint8Array(wheel), "wheel", { extractDir: site });
  }
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
}

// Make ready to run tests: `wheel` is ndgrad's, `support` are pytest's and its dependencies',
// `tests` maps each file's path, relative to the repository, to its bytes.
export function prepare(pyodide, { wheel, support, tests }) {
  install(pyodide, [wheel, ...support]);
  for (const [path, bytes] of Object.entries(tests)) {
    const target = `${FOLDER}/${path}`;
    pyodide.FS.mkdirTree(target.slice(0, target.lastIndexOf("/")));
    pyodide.FS.writeFile(target, new Uint8Array(bytes));
  }
}

// Run pytest on tests/ and return its exit code; its output goes where Pyodide's does.
// A crash of the interpreter arrives here as an exception.
export function runPytest(pyodide, options = []) {
  // There is no file descriptor to redirect, no place to keep a cache in, and no thread.
  const fixed = ["--capture=sys", "-p", "no:cacheprovider", "-p", "no:faulthandler"];
  const words = pyodide.toPy(["-o", "addopts=", ...fixed, ...options, "tests"]);
  const locals = pyodide.toPy({ words, folder: FOLDER });
  const program = "import os, pytest; os.chdir(folder); int(pytest.main(words))";
  return pyodide.runPython(program, { globals: locals });
}
