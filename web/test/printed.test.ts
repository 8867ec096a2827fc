import { expect, test } from "vitest";

import { matches } from "../src/printed";

const BOOK = "[[ 40.           8.        ]\n [  1.20000005   0.16      ]]\n<NDArray 2x2 @cpu(0)>";

test("an array matches the book's, whatever its padding", () => {
  expect(matches("\n[[40.    8.  ]\n [ 1.2   0.16]]\n<NDArray 2x2 @cpu(0)>\n", BOOK)).toBe(true);
});

test.each([
  "\n[[40.    8.  ]\n [ 1.3   0.16]]\n<NDArray 2x2 @cpu(0)>\n",
  "\n[40.    8.   1.2   0.16]\n<NDArray 2x2 @cpu(0)>\n",
  "\n[[40.    8.  ]\n [ 1.2   0.16]]\n<NDArray 4 @cpu(0)>\n",
  "\n[[408.  ]\n [ 1.2   0.16]]\n<NDArray 2x2 @cpu(0)>\n",
  "",
])("another array does not", (printed) => {
  expect(matches(printed, BOOK)).toBe(false);
});

test("of other text each character counts", () => {
  expect(matches("epoch 1, loss 0.5\n", "epoch 1, loss 0.5")).toBe(true);
  expect(matches("epoch 1, loss 0.50\n", "epoch 1, loss 0.5")).toBe(false);
  expect(matches("epoch 1,  loss 0.5\n", "epoch 1, loss 0.5")).toBe(false);
});
