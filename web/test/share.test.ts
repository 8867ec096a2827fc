import { strFromU8, zlibSync } from "fflate";
import { expect, test } from "vitest";

import { fromFile, toFile } from "../src/file";
import { fromFragment, toFragment } from "../src/share";

test("a link brings the texts back, whatever is in them", () => {
  const codes = [null, "print('字', \"<b>\")\n", "", "x".repeat(10_000)];
  const fragment = toFragment(codes);
  expect(fragment).toMatch(/^#code=[\w-]+$/);
  expect(fragment.length).toBeLessThan(300);
  expect(fromFragment(fragment)).toEqual(codes);
});

const packed = (data: string) =>
  "#code=" + btoa(strFromU8(zlibSync(new TextEncoder().encode(data)), true));

test.each([
  "",
  "#section",
  "#code=",
  "#code=!!!",
  "#code=AAAA",
  packed("not json"),
  packed('{"0": "x"}'),
  packed("[1, 2]"),
  packed('[["x"]]'),
  packed(JSON.stringify(["0".repeat(50_000_000)])),
])("a link that brings no texts is none", (fragment) => {
  expect(fromFragment(fragment)).toBeNull();
});

test("a file has the cells, and is read as other editors write it", () => {
  const codes = ["import mxnet", "x = 1\n\ny = 2", ""];
  expect(fromFile(toFile(codes))).toEqual(codes);
  expect(fromFile("a = 1\r\n# %% [a title]\r\nb = 2\r\n")).toEqual(["a = 1", "b = 2"]);
  expect(fromFile("just = code\n")).toEqual(["just = code"]);
  expect(fromFile("")).toEqual([]);
});
