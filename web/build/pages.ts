import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Plugin } from "vite";

import { type Rendered, renderDocument } from "./document.ts";

/** The documents, in the order in which the page lists them. The first is the page one arrives at. */
export const DOCUMENTS = ["autograd", "regression", "softmax", "higher-order", "descent"];

const FOLDER = "tutorials";

export function readDocument(name: string): Rendered {
  const read = (language: string) =>
    readFileSync(resolve(FOLDER, `${name}.${language}.md`), "utf8");
  return renderDocument(name, read("zh"), read("en"));
}

function address(name: string): string {
  return name === DOCUMENTS[0] ? "index.html" : `${name}.html`;
}

/** Makes a page of each document out of the one built index.html. */
export function documentPages(): Plugin {
  return {
    name: "ndgrad:pages",
    enforce: "post",
    buildStart() {
      for (const name of DOCUMENTS)
        for (const language of ["zh", "en"])
          this.addWatchFile(resolve(FOLDER, `${name}.${language}.md`));
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const template = bundle["index.html"];
        if (template?.type !== "asset") throw new Error("index.html was not built");
        const rendered = DOCUMENTS.map((name) => [name, readDocument(name)] as const);
        const titles = rendered.map(([name, { titles }]) => [name, titles] as const);
        const page = String(template.source);
        for (const [name, document] of rendered) {
          const source = fill(page, name, document, titles);
          if (name === DOCUMENTS[0]) template.source = source;
          else this.emitFile({ type: "asset", fileName: address(name), source });
        }
      },
    },
  };
}

type Titles = readonly (readonly [name: string, titles: Rendered["titles"]])[];

/** index.html with its slots filled: comments named after what goes there. */
function fill(page: string, name: string, { titles, html, files }: Rendered, all: Titles): string {
  const slots: Record<string, string> = {
    title: titles[0],
    document: html,
    documents: all.map(([other, titles]) => link(other, titles, other === name)).join(""),
  };
  return page
    .replace(/<!--(\w+)-->/g, (slot, name: string) => slots[name] ?? slot)
    .replace("<body", () => `<body data-document="${name}" data-files="${files.join(" ")}"`);
}

function link(name: string, [zh, en]: Rendered["titles"], current: boolean): string {
  const mark = current ? ' aria-current="page"' : "";
  const words = `<span lang="zh-CN">${zh}</span><span lang="en">${en}</span>`;
  return `<li><a href="${address(name)}"${mark}>${words}</a></li>`;
}
