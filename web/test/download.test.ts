import { afterEach, expect, test, vi } from "vitest";

import { Download } from "../src/download";

afterEach(() => vi.unstubAllGlobals());

function serve(files: Record<string, string>): void {
  vi.stubGlobal("fetch", async (address: string) => {
    const body = files[address];
    return body === undefined ? new Response("", { status: 404 }) : new Response(body);
  });
}

test("every byte is counted, against the total of all files", async () => {
  serve({ "/runtime/a": "12345", "/runtime/b": "678" });
  const seen: number[] = [];
  const download = new Download("/runtime/", { a: 5, b: 3 }, (loaded, total) => {
    expect(total).toBe(8);
    seen.push(loaded);
  });
  expect(new TextDecoder().decode(await download.bytes("a"))).toBe("12345");
  expect((await download.bytes("b")).byteLength).toBe(3);
  expect(seen.at(-1)).toBe(8);
});

test("a file that is missing fails where it is asked for, by name", async () => {
  serve({});
  const download = new Download("/", { a: 1 }, () => {});
  await expect(download.bytes("a")).rejects.toThrow("a: the server answered 404");
  await expect(download.bytes("b")).rejects.toThrow("b: not one of the files");
});

test("a file of another size is another file", async () => {
  serve({ "/short": "1", "/long": "1234" });
  const download = new Download("/", { short: 2, long: 2 }, () => {});
  await expect(download.bytes("short")).rejects.toThrow("short: 1 of 2 bytes came");
  await expect(download.bytes("long")).rejects.toThrow("long: longer than when it was built");
});
