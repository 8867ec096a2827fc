/**
 * Whether a cell printed what is expected. Arrays are compared as arrays: the padding between numbers
 * changed over the years, and 1.20000005 is the float32 that is 1.2 today.
 */
export function matches(printed: string, expected: string): boolean {
  if (printed.trim() === expected.trim()) return true;
  return expected.includes("<NDArray") && normalize(printed) === normalize(expected);
}

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/g;

function normalize(text: string): string {
  return text
    .split(/(<NDArray.*>)/)
    .map((part, i) =>
      i % 2 ? part : part.replace(NUMBER, (number) => ` ${Math.fround(Number(number))} `),
    )
    .join("")
    .replace(/\s+/g, " ")
    .replace(/ ?([[\]<]) ?/g, "$1")
    .trim();
}
