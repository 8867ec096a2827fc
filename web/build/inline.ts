import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { type Plugin, transformWithOxc } from "vite";

const PREFIX = "virtual:inline/";

/** A script as text, with the hash by which a content security policy knows it. */
export interface InlineScript {
  text: string;
  /** As the policy wants it: sha256-… */
  hash: string;
}

/** Compiles a file of ../src that imports nothing but types. */
export async function inlineScript(name: string): Promise<InlineScript> {
  const file = resolve("src", name);
  const { code } = await transformWithOxc(readFileSync(file, "utf8"), file, { sourcemap: false });
  const text = code.replace(/^export \{\};?$/m, "").trim();
  const digest = createHash("sha256").update(text).digest("base64");
  return { text, hash: `sha256-${digest}` };
}

/** Gives `virtual:inline/NAME` as an InlineScript: for frames, which must not load anything. */
export function inlineScripts(): Plugin {
  return {
    name: "ndgrad:inline",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
    async load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null;
      const name = id.slice(PREFIX.length + 1);
      this.addWatchFile(resolve("src", name));
      return `export default ${JSON.stringify(await inlineScript(name))}`;
    },
  };
}
