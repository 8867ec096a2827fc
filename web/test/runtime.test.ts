import { mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { findWheel } from "../build/runtime";

function folderWith(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "ndgrad-web-"));
  names.forEach((name, i) => {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), i, i);
  });
  return folder;
}

test("the newest WebAssembly wheel is taken, and never a native one", () => {
  const folder = folderWith(
    "ndgrad-0.1-cp311-abi3-pyemscripten_2025_0_wasm32.whl",
    "ndgrad-0.2-cp311-abi3-pyemscripten_2026_0_wasm32.whl",
    "ndgrad-0.3-cp311-abi3-linux_x86_64.whl",
  );
  expect(findWheel(folder)).toContain("ndgrad-0.2-");
});

test("without a wheel, or without the folder, the message says what to do", () => {
  expect(() => findWheel(folderWith())).toThrow(/No WebAssembly wheel.*make wasm/);
  expect(() => findWheel("/nowhere")).toThrow(/No WebAssembly wheel.*make wasm/);
});
