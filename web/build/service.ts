import { createHash } from "node:crypto";

import type { Plugin } from "vite";

import { inlineScript } from "./inline.ts";

/** Fonts that hardly a formula uses, and what only other sites load, are not kept. */
const NOT_KEPT =
  /\.br$|KaTeX_(?!Main-Regular|Math-Italic|Size)|^reference\/|^cell\.html$|ndgrad-cell/;

/** Writes service.js, which keeps the build's files for visits without a network. */
export function serviceWorker(publicFiles: string[]): Plugin {
  return {
    name: "ndgrad:service",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_options, bundle) {
        const names = Object.keys(bundle).filter((name) => !NOT_KEPT.test(name));
        const hash = createHash("sha256");
        for (const name of names) {
          const file = bundle[name]!;
          hash.update(name).update(file.type === "asset" ? file.source : file.code);
        }
        const build = `ndgrad-${hash.digest("hex").slice(0, 16)}`;
        const files = ["./", ...names, ...publicFiles];
        const { text } = await inlineScript("service.ts");
        const source = `const BUILD = ${JSON.stringify(build)};
const FILES = ${JSON.stringify(files)};
${text}`;
        this.emitFile({ type: "asset", fileName: "service.js", source });
      },
    },
  };
}
