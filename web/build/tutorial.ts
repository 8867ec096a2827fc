import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

import MarkdownIt from "markdown-it";
import type { Plugin } from "vite";

// The package is CommonJS, whose default export bundlers and Node hand out differently.
const katex = createRequire(import.meta.url)("@vscode/markdown-it-katex").default as (
  md: InstanceType<typeof MarkdownIt>,
  options: { throwOnError: boolean },
) => void;

export interface Tutorial {
  title: string;
  /** The prose, with one <nd-cell> for each Python block. */
  html: string;
}

/** The slot of index.html that takes the document, and the one that takes its title. */
const DOCUMENT_SLOT = "<!--tutorial-->";
const TITLE_SLOT = "<!--title-->";

/**
 * Renders a tutorial at build time, so that a reader sees the prose, the formulas and the code
 * before any script has run.
 *
 * A block fenced as `python` becomes a cell. A block without a language that follows one directly is
 * what the book printed there: it becomes part of the cell, to compare with.
 */
export function renderTutorial(markdown: string): Tutorial {
  const md = new MarkdownIt({ html: false }).use(katex, { throwOnError: true });
  const escape = md.utils.escapeHtml;
  let number = 0;

  md.core.ruler.push("cells", (state) => {
    state.tokens.forEach((token, i) => {
      if (token.type !== "fence" || token.info.trim() !== "python") return;
      const next = state.tokens[i + 1];
      if (next?.type === "fence" && next.info.trim() === "") {
        token.meta = { printed: next.content };
        next.hidden = true;
      }
    });
  });
  md.renderer.rules.fence = (tokens, i) => {
    const token = tokens[i]!;
    if (token.hidden) return "";
    const code = `<pre><code>${escape(token.content.trimEnd())}</code></pre>`;
    if (token.info.trim() !== "python") return code;
    const printed = token.meta?.printed as string | undefined;
    const book = printed ? `<pre class="book">${escape(printed.trimEnd())}</pre>` : "";
    number += 1;
    return `<nd-cell number="${number}">${code}${book}</nd-cell>\n`;
  };

  const html = md.render(markdown);
  const title = /^#\s+(.+)$/m.exec(markdown)?.[1] ?? "ndgrad";
  return { title, html };
}

/** Puts a tutorial into index.html, and renders it anew when its file changes. */
export function tutorialPage(file: string): Plugin {
  const path = resolve(file);
  return {
    name: "ndgrad:tutorial",
    configureServer(server) {
      server.watcher.add(path);
      server.watcher.on("change", (changed) => {
        if (changed === path) server.ws.send({ type: "full-reload" });
      });
    },
    transformIndexHtml: {
      order: "pre",
      handler(page) {
        const { title, html } = renderTutorial(readFileSync(path, "utf8"));
        return page.replace(TITLE_SLOT, () => title).replace(DOCUMENT_SLOT, () => html);
      },
    },
  };
}
