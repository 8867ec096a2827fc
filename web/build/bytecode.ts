import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import { loadPyodide, type PyodideAPI } from "pyodide";

/** What has been made once is kept here, by what it was made of. */
const CACHE = resolve("../build/web-cache");

/** What needs processes or servers, of which a page has none. */
const NOT_NEEDED = ["multiprocessing/", "wsgiref/", "xmlrpc/", "imaplib.py", "mailbox.py"];

/** Takes /in.zip and `more`, and leaves them compiled, without compression, as /out.zip. */
const COMPILE = `
import importlib._bootstrap_external as bootstrap, zipfile
with zipfile.ZipFile("/in.zip") as old, zipfile.ZipFile("/out.zip", "w", zipfile.ZIP_STORED) as new:
    for name in sorted([*old.namelist(), *more]):
        if name.startswith(tuple(${JSON.stringify(NOT_NEEDED)})):
            continue
        data = more[name].encode() if name in more else old.read(name)
        if name.endswith(".py"):
            code = compile(data, name, "exec", dont_inherit=True)
            name += "c"
            # By hash and unchecked: there is no source to compare it with.
            data = bytes(bootstrap._code_to_hash_pyc(code, bytes(8), checked=False))
        new.writestr(zipfile.ZipInfo(name), data)
`;

let python: Promise<PyodideAPI> | null = null;

/**
 * A zip file of Python modules with bytecode in place of sources: compiling the standard library's is
 * half of what starting Python takes. Pyodide itself compiles, so the bytecode is its own; nothing is
 * compressed, because the server compresses better. `more` has further sources, by name.
 */
export function compilePython(
  archive: Uint8Array,
  more: Record<string, string> = {},
): Promise<Uint8Array> {
  return cached("pyc", [archive, COMPILE, JSON.stringify(more)], async () => {
    const pyodide = await (python ??= loadPyodide());
    pyodide.FS.writeFile("/in.zip", archive);
    pyodide.runPython(COMPILE, { globals: pyodide.toPy({ more }) });
    return pyodide.FS.readFile("/out.zip") as Uint8Array;
  });
}

export function brotli(data: Uint8Array): Promise<Uint8Array> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  return cached("br", [data], async () => brotliCompressSync(data, { params }));
}

async function cached(
  kind: string,
  inputs: (Uint8Array | string)[],
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(input);
  const file = join(CACHE, `${hash.digest("hex").slice(0, 32)}.${kind}`);
  if (existsSync(file)) return readFileSync(file);
  const made = await make();
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(file, made);
  return made;
}
