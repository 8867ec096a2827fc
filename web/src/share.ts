import { strFromU8, strToU8, unzlibSync, zlibSync } from "fflate";

import { type Codes, readCodes } from "./store";

/** A link is no place for more text than this, compressed or not. */
const LONGEST = 1_000_000;

const NAME = "#code=";

/** The end of an address that brings the cells' texts along, compressed. */
export function toFragment(codes: Codes): string {
  const bytes = zlibSync(strToU8(JSON.stringify(codes)), { level: 9 });
  const base64 = btoa(strFromU8(bytes, true));
  return NAME + base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The texts that an address brings; null where it brings none that can be read. */
export function fromFragment(fragment: string): Codes | null {
  if (!fragment.startsWith(NAME) || fragment.length > LONGEST) return null;
  try {
    const base64 = fragment.slice(NAME.length).replaceAll("-", "+").replaceAll("_", "/");
    // Of a fixed size, so that a few bytes cannot become gigabytes.
    const room = new Uint8Array(LONGEST);
    return readCodes(JSON.parse(strFromU8(unzlibSync(strToU8(atob(base64), true), { out: room }))));
  } catch {
    return null;
  }
}
