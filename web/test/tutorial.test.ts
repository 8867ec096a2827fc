import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { renderTutorial } from "../build/tutorial";

function parse(markdown: string): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML = renderTutorial(markdown).html;
  return root;
}

test("a Python block becomes a cell, with its number and its code as it was", () => {
  const cells = parse("```python\nif 1 < 2:\n    pass\n```\n\ntext\n\n```python\nx\n```\n");
  const codes = [...cells.querySelectorAll("nd-cell")].map((cell) => [
    cell.getAttribute("number"),
    cell.querySelector("code")!.textContent,
  ]);
  expect(codes).toEqual([
    ["1", "if 1 < 2:\n    pass"],
    ["2", "x"],
  ]);
});

test("a plain block right after the code is what the book printed", () => {
  const root = parse("```python\nx\n```\n\n```\n[1]\n```\n\n```\nnot printed\n```\n");
  expect(root.querySelector("nd-cell pre.book")!.textContent).toBe("[1]");
  expect(root.querySelectorAll(":scope > pre")).toHaveLength(1);
});

test("formulas are typeset, also where no space parts them from the words", () => {
  const root = parse("写成$\\frac{dy}{dx}$。");
  expect(root.querySelector(".katex .mfrac")).not.toBeNull();
  expect(root.textContent).not.toContain("$");
});

test("HTML in a document stays text", () => {
  const root = parse("<script>alert(1)</script>\n\n```python\n'</code><b>'\n```\n");
  expect(root.querySelector("script, b")).toBeNull();
});

test("the autograd tutorial has its ten cells and three printed outputs", () => {
  const { title, html } = renderTutorial(readFileSync("tutorials/autograd.zh.md", "utf8"));
  const root = document.createElement("div");
  root.innerHTML = html;
  expect(title).toBe("Automatic differentiation with autograd");
  expect(root.querySelectorAll("nd-cell")).toHaveLength(10);
  expect(root.querySelectorAll("pre.book")).toHaveLength(3);
  expect(root.querySelectorAll(".katex")).toHaveLength(5);
});
