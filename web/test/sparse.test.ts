import { expect, test } from "vitest";

import { pack, unpack } from "../src/worker/sparse";

const BLOCK = 65_536;

function memory(length: number, ...places: number[]): Uint8Array {
  const memory = new Uint8Array(length);
  for (const at of places) memory[at] = at % 251 || 1;
  return memory;
}

test.each([
  [0, []],
  [10, [3]],
  [BLOCK, []],
  [5 * BLOCK, [0, BLOCK + 7, 5 * BLOCK - 1]],
  [3 * BLOCK + 5, [BLOCK, 3 * BLOCK + 4]],
])("memory of %i bytes comes back", (length, places) => {
  // Compared as a whole: element by element takes seconds.
  expect(Buffer.compare(unpack(pack(memory(length, ...places))), memory(length, ...places))).toBe(
    0,
  );
});

test("empty blocks take no room", () => {
  expect(pack(memory(100 * BLOCK, 5)).byteLength).toBe(BLOCK + 12);
});

test("what is no packed memory is refused", () => {
  const packed = pack(memory(3 * BLOCK, 1, 2 * BLOCK));
  for (const part of [packed.slice(0, 4), packed.slice(0, 12), packed.slice(0, BLOCK)])
    expect(() => unpack(part)).toThrow(RangeError);
  new Uint32Array(packed)[3] = 9 * BLOCK;
  expect(() => unpack(packed)).toThrow(RangeError);
});
