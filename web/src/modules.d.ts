declare module "virtual:runtime-files" {
  const files: import("./messages").RuntimeFiles;
  export default files;
}

declare module "virtual:inline/*" {
  const script: import("../build/inline").InlineScript;
  export default script;
}

declare module "virtual:pyodide-lock" {
  /** JSON. */
  const lock: string;
  export default lock;
}

declare module "pyodide/pyodide.asm.mjs" {
  const createPyodideModule: unknown;
  export default createPyodideModule;
}
