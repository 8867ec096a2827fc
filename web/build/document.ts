import { createRequire } from "node:module";

import { parser } from "@lezer/python";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import MarkdownIt from "markdown-it";

// The package is CommonJS, whose default export bundlers and Node hand out differently.
const katex = createRequire(import.meta.url)("@vscode/markdown-it-katex").default as (
  md: InstanceType<typeof MarkdownIt>,
  options: { throwOnError: boolean },
) => void;

const md = new MarkdownIt({ html: false }).use(katex, { throwOnError: true });
const escape = md.utils.escapeHtml;

export interface Cell {
  code: string;
  /** What the document says the code prints. */
  printed: string;
}

/** Prose, and the cell that comes after it, if one does. */
interface Part {
  prose: string;
  cell: Cell | null;
}

export interface Rendered {
  /** In Chinese and in English. */
  titles: [zh: string, en: string];
  /** Prose in both languages around one <nd-cell> for each block of Python. */
  html: string;
  /** The files that the cells read. */
  files: string[];
}

/**
 * Renders a document at build time, so that a reader sees the prose, the formulas and the code before
 * any script has run. Both languages have the same cells, which must not drift apart.
 *
 * A block fenced as `python` becomes a cell. A block without a language that follows one directly is
 * what it prints: it becomes part of the cell, to compare with. A comment `files: a b` names what the
 * cells read.
 */
export function renderDocument(name: string, zh: string, en: string): Rendered {
  const [chinese, english] = [split(zh), split(en)];
  const cells = (parts: Part[]) => JSON.stringify(parts.map(({ cell }) => cell));
  if (cells(chinese) !== cells(english))
    throw new Error(`${name}: the cells of the two languages differ`);
  const html = chinese.map(({ prose, cell }, i) => {
    const words = section("zh-CN", prose) + section("en", english[i]!.prose);
    return words + (cell ? renderCell(i + 1, cell) : "");
  });
  return { titles: [titleOf(zh), titleOf(en)], html: html.join(""), files: filesOf(zh) };
}

const COMMENT = /<!--\s*files:\s*(.*?)\s*-->\n?/;

function filesOf(markdown: string): string[] {
  return COMMENT.exec(markdown)?.[1]?.split(/\s+/) ?? [];
}

function titleOf(markdown: string): string {
  return /^#\s+(.+)$/m.exec(markdown)?.[1] ?? "ndgrad";
}

/** Cuts a document after each of its cells. */
function split(markdown: string): Part[] {
  const text = markdown.replace(COMMENT, "");
  const block = /^```python\n([^]*?)^```$(?:\n+^```\n([^]*?)^```$)?/gm;
  const parts: Part[] = [];
  let end = 0;
  for (const found of text.matchAll(block)) {
    const [all, code = "", printed = ""] = found;
    const cell = { code: code.trimEnd(), printed: printed.trimEnd() };
    parts.push({ prose: text.slice(end, found.index), cell });
    end = found.index + all.length;
  }
  return [...parts, { prose: text.slice(end), cell: null }];
}

function section(language: string, prose: string): string {
  const html = md.render(prose).trim();
  return html ? `<div class="prose" lang="${language}">${html}</div>\n` : "";
}

function renderCell(number: number, { code, printed }: Cell): string {
  const book = printed ? `<pre class="book">${escape(printed)}</pre>` : "";
  return `<nd-cell number="${number}"><pre><code>${highlight(code)}</code></pre>${book}</nd-cell>\n`;
}

/** The code with the colours that the editor will give it. */
function highlight(code: string): string {
  let html = "";
  const put = (text: string, classes: string) =>
    (html += classes ? `<span class="${classes}">${escape(text)}</span>` : escape(text));
  highlightCode(code, parser.parse(code), classHighlighter, put, () => (html += "\n"));
  return html;
}
