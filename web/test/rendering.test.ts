import { expect, test } from "vitest";

import { renderDocument } from "../build/document";
import { DOCUMENTS, readDocument } from "../build/pages";

/** Both languages the same, but for the words. */
function render(markdown: string): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML = renderDocument("test", markdown, markdown.replaceAll("字", "word")).html;
  return root;
}

test("a Python block becomes a cell, with its number and its code as it was", () => {
  const root = render("```python\nif 1 < 2:\n    pass\n```\n\ntext\n\n```python\nx\n```\n");
  const codes = [...root.querySelectorAll("nd-cell")].map((cell) => [
    cell.getAttribute("number"),
    cell.querySelector("code")!.textContent,
  ]);
  expect(codes).toEqual([
    ["1", "if 1 < 2:\n    pass"],
    ["2", "x"],
  ]);
});

test("code has its colours before any script", () => {
  const root = render("```python\nfor x in '<b>': pass\n```\n");
  expect(root.querySelector(".tok-keyword")!.textContent).toBe("for");
  expect(root.querySelector(".tok-string")!.textContent).toBe("'<b>'");
});

test("a plain block right after the code is what it prints", () => {
  const root = render("```python\nx\n```\n\n```\n[1]\n```\n\n```\nnot printed\n```\n");
  expect(root.querySelector("nd-cell pre.book")!.textContent).toBe("[1]");
  expect(root.querySelectorAll(".prose[lang=en] pre")).toHaveLength(1);
});

test("prose is there in both languages, in front of the same cell", () => {
  const root = render("# 字\n\n一字\n\n```python\nx\n```\n");
  const parts = [...root.children].map((part) => [
    part.getAttribute("lang"),
    part.textContent.trim(),
  ]);
  expect(parts).toEqual([
    ["zh-CN", "字\n一字"],
    ["en", "word\n一word"],
    [null, "x"],
  ]);
});

test("cells that differ between the languages are an error", () => {
  const cell = (code: string, printed: string) =>
    `\`\`\`python\n${code}\n\`\`\`\n\n\`\`\`\n${printed}\n\`\`\`\n`;
  const differ = (other: string) => () => renderDocument("drifted", cell("x", "1"), other);
  expect(differ(cell("x", "1"))).not.toThrow();
  expect(differ(cell("y", "1"))).toThrow("drifted: the cells of the two languages differ");
  expect(differ(cell("x", "2"))).toThrow("differ");
  expect(differ(cell("x", "1") + cell("x", "1"))).toThrow("differ");
});

test("formulas are typeset, also where no space parts them from the words", () => {
  const root = render("写成$\\frac{dy}{dx}$。");
  expect(root.querySelector(".katex .mfrac")).not.toBeNull();
  expect(root.textContent).not.toContain("$");
});

test("HTML in a document stays text", () => {
  const root = render("<script>alert(1)</script>\n\n```python\n'</code><b>'\n```\n");
  expect(root.querySelector("script, b")).toBeNull();
});

test("a document names the files that its cells read", () => {
  const text = "# x\n\n<!-- files: a.npz b.npz -->\n\ntext\n";
  expect(renderDocument("test", text, text).files).toEqual(["a.npz", "b.npz"]);
  expect(render(text).textContent).not.toContain("files");
});

test("the autograd tutorial has its ten cells and three printed outputs", () => {
  const { titles, html } = readDocument("autograd");
  const root = document.createElement("div");
  root.innerHTML = html;
  expect(titles).toEqual(Array(2).fill("Automatic differentiation with autograd"));
  expect(root.querySelectorAll("nd-cell")).toHaveLength(10);
  expect(root.querySelectorAll("pre.book")).toHaveLength(3);
  expect(root.querySelectorAll(".prose[lang=zh-CN] .katex")).toHaveLength(5);
});

test.each(DOCUMENTS)("%s has titles, cells and prose in both languages", (name) => {
  const { titles, html } = readDocument(name);
  expect(titles.every((title) => title !== "ndgrad")).toBe(true);
  expect(html).toContain("<nd-cell");
  expect(html.match(/lang="en"/g)!.length).toBe(html.match(/lang="zh-CN"/g)!.length);
});
