import { expect, test } from "vitest";

import { readEntries } from "../src/assistance";

test("entries are read field by field, and what is none is left out", () => {
  const entry = { label: "dot", kind: "function", detail: "Dot product." };
  const json = JSON.stringify([{ ...entry, extra: 1 }, null, 7, { label: 1 }, {}]);
  expect(readEntries(json)).toEqual([entry]);
});

test.each(["", "{", "null", '{"label": "x"}', '"text"'])("%j has no entries", (json) => {
  expect(readEntries(json)).toEqual([]);
});
