import { expect, test } from "vitest";

import { explanation, readTraceback } from "../src/traceback";

const TRACEBACK = `Traceback (most recent call last):
  File "<cell 4>", line 3, in <module>
    half(y)
  File "<cell 1>", line 2, in half
    return 1 / x
  File "<cell 1>", line 5, in inner
    Value: 3
ndgrad.base.MXNetError: dot: shapes (2, 2) and (3, 2) do not fit
`;

test("the lines of every cell and the name of the error are found", () => {
  const { name, lines } = readTraceback(TRACEBACK);
  expect(name).toBe("MXNetError");
  expect([...lines]).toEqual([
    [4, 3],
    [1, 5],
  ]);
});

test("of several errors the last one counts, and one without a message too", () => {
  const text = `ValueError: a\n\nDuring handling of the above exception ...\n${TRACEBACK}`;
  expect(readTraceback(`${text}KeyboardInterrupt\n`).name).toBe("KeyboardInterrupt");
  expect(readTraceback("").name).toBe("");
});

test("errors that beginners meet are explained, and no others", () => {
  expect(explanation(readTraceback("NameError: x"))).toBe("errorNameError");
  expect(explanation(readTraceback("__main__.MyOwnError: x"))).toBeNull();
  expect(explanation(readTraceback(""))).toBeNull();
});

test("every error of the package is explained", () => {
  expect(explanation(readTraceback("ndgrad.base.ShapeError: dot: ..."))).toBe("errorShapeError");
  expect(explanation(readTraceback("mxnet.base.MXNetError: x"))).toBe("errorMXNetError");
  expect(explanation(readTraceback("ndgrad.base.FormatError: x"))).toBe("errorMXNetError");
});
