import type { Numbers, Value } from "./graph";

/** A number with as many digits as one can take in. */
export function format(number: number | string, digits = 4): string {
  return typeof number === "string" ? number : String(Number(number.toPrecision(digits)));
}

/** Elements in the brackets that their shape makes: [[1, 2], [3, 4]]. */
export function nested(numbers: (number | string)[], shape: number[]): string {
  const [extent, ...inner] = shape;
  if (extent === undefined) return format(numbers[0]!);
  const size = numbers.length / (extent || 1);
  const parts = Array.from({ length: extent }, (_, i) =>
    nested(numbers.slice(i * size, (i + 1) * size), inner),
  );
  return `[${parts.join(", ")}]`;
}

/** Elementwise; unknown where one of them is. */
export function add(left: Numbers | undefined, right: Numbers): Numbers {
  if (left === undefined) return right;
  if (!left || !right || left.length !== right.length) return null;
  return left.map((number, i) => sum(number, right[i]!));
}

function sum(left: number | string, right: number | string): number | string {
  const total = Number(toNumber(left) + toNumber(right));
  return Number.isFinite(total)
    ? total
    : String(total).replace("Infinity", "inf").replace("NaN", "nan");
}

/** Python's word for infinity is not JavaScript's. */
function toNumber(number: number | string): number {
  return typeof number === "number" ? number : Number(number.replace("inf", "Infinity"));
}

/** An element as Python writes it: x[0, 1]. */
export function element({ name, shape }: Value, index: number): string {
  let rest = index;
  const places = [...shape].reverse().map((extent) => {
    const place = rest % extent;
    rest = Math.floor(rest / extent);
    return place;
  });
  return shape.length ? `${name}[${places.reverse().join(", ")}]` : name;
}
