import { createHash } from "node:crypto";

import type { Plugin } from "vite";

import { inlineScript } from "./inline.ts";
import { lastStep } from "./last.ts";

/** Fonts that hardly a formula uses, and what only other sites load, are not kept. */
const NOT_KEPT =
  /\.br$|KaTeX_(?!Main-Regular|Math-Italic|Size)|^reference\/|^cell\.html$|ndgrad-cell/;

/** Writes service.js, which keeps the build's files for visits without a network. */
export function serviceWorker(publicFiles: string[]): Plugin {
  return lastStep("ndgrad:service", async (files, emit) => {
    const kept = [...files].filter(([name]) => !NOT_KEPT.test(name));
    const hash = createHash("sha256");
    for (const [name, content] of kept) hash.update(name).update(content);
    const build = `ndgrad-${hash.digest("hex").slice(0, 16)}`;
    const names = ["./", ...kept.map(([name]) => name), ...publicFiles];
    const { text } = await inlineScript("service.ts");
    const given = `const BUILD = ${JSON.stringify(build)};\nconst FILES = ${JSON.stringify(names)};`;
    emit("service.js", `${given}\n${text}`);
  });
}
