import { beforeEach, expect, test, vi } from "vitest";

import { Cell } from "../src/cell";
import { setLanguage } from "../src/strings";

let cell: Cell;

customElements.define("nd-cell", Cell);

/** Parsed whole before it is connected, as a page is before its module scripts run. */
function put(html: string): void {
  const parent = document.createElement("div");
  parent.innerHTML = html;
  document.body.replaceChildren(parent);
  cell = document.querySelector("nd-cell")!;
}

beforeEach(() => {
  setLanguage("en");
  put(
    '<nd-cell number="3"><pre><code>x = 1 &lt; 2</code></pre><pre class="book">[1]</pre></nd-cell>',
  );
});

const output = () => cell.querySelector(".output")!;
const note = () => cell.querySelector(".note")!.textContent;

test("the markup becomes an editor, a log and what the book printed", () => {
  expect(cell).toBeInstanceOf(Cell);
  expect(cell.code).toBe("x = 1 < 2");
  expect(cell.state).toBe("idle");
  expect(output().getAttribute("role")).toBe("log");
  expect(cell.querySelector("figure")!.textContent).toBe("Should print[1]");
});

test("the line break that ends a block of code is not code", () => {
  put("<nd-cell><div><pre><span>x</span> = 1\n</pre></div>\n</nd-cell>");
  expect(cell.code).toBe("x = 1");
});

test("the Run button asks the document to run the cell", () => {
  const asked = vi.fn();
  document.body.addEventListener("nd-run", asked, { once: true });
  const button = cell.querySelector<HTMLElement>("button.run")!;
  expect(button.getAttribute("aria-label")).toBe("Run cell 3");
  button.click();
  expect(asked).toHaveBeenCalledOnce();
});

test("while the cell waits or runs, its button stops it", () => {
  const asked = vi.fn();
  document.body.addEventListener("nd-stop", asked, { once: true });
  cell.queue();
  const button = cell.querySelector<HTMLElement>("button.run")!;
  expect(button.getAttribute("aria-label")).toBe("Stop cell 3");
  button.click();
  expect(asked).toHaveBeenCalledOnce();
});

test("a mark says whether the cell printed what it should", () => {
  const run = (printed: string) => {
    cell.begin();
    cell.write("stdout", printed);
    cell.end({ outcome: "ok", milliseconds: 1 });
    return cell.querySelector(".match")!.textContent;
  };
  expect(run("[1]\n")).toBe("✓ The same");
  expect(run("[2]\n")).toBe("≠ Differs");
  cell.begin();
  expect(cell.querySelector(".match")!.textContent).toBe("");
});

test("a cell written as plain text loses the page's own indentation", () => {
  const parent = document.createElement("div");
  parent.innerHTML = "<nd-cell expected='2'>\n    x = 1\n    if x:\n        print(2)\n  </nd-cell>";
  document.body.replaceChildren(parent);
  const bare = document.querySelector<Cell>("nd-cell")!;
  expect(bare.code).toBe("x = 1\nif x:\n    print(2)");
  expect(bare.querySelector("figure pre")!.textContent).toBe("2");
});

test("a run shows its streams in their order, each in a block of its own", () => {
  cell.queue();
  expect(note()).toBe("Waiting");
  cell.begin();
  cell.write("stdout", "a\n");
  cell.write("stdout", "b\n");
  cell.write("stderr", "c\n");
  cell.write("stdout", "d\n");
  cell.end({ outcome: "ok", milliseconds: 12.34 });
  const blocks = [...output().children].map((e) => [e.className, e.textContent]);
  expect(blocks).toEqual([
    ["stdout", "a\nb\n"],
    ["stderr", "c\n"],
    ["stdout", "d\n"],
  ]);
  expect(note()).toBe("12 ms");
});

test("an error is marked as one, and the next run starts with an empty log", () => {
  cell.begin();
  cell.write("error", "ValueError");
  cell.end({ outcome: "failed", milliseconds: 1 });
  expect(cell.state).toBe("failed");
  expect(output().querySelector(".error")!.textContent).toBe("ValueError");
  expect(note()).toBe("Failed · 1.0 ms");
  cell.begin();
  expect(output().childElementCount).toBe(0);
});

test("output is shown as text, whatever it looks like", () => {
  cell.begin();
  cell.write("stdout", "<img src=x>");
  cell.end({ outcome: "ok", milliseconds: 1 });
  expect(output().querySelector("img")).toBeNull();
});

test("a stopped cell says so in the language of the page, also after a switch", () => {
  cell.end({ outcome: "stopped", milliseconds: 0 });
  expect(note()).toMatch(/^Stopped/);
  setLanguage("zh");
  cell.localize();
  expect(note()).toMatch(/^已停止/);
  expect(cell.lang).toBe("zh-CN");
});

test("a cell moved within the page keeps its text and its output", () => {
  cell.code = "changed";
  cell.begin();
  cell.write("stdout", "kept");
  cell.end({ outcome: "ok", milliseconds: 1 });
  document.body.append(cell);
  expect(cell.code).toBe("changed");
  expect(output().textContent).toBe("kept");
});
