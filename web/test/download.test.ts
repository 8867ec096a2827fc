import { afterEach, expect, test, vi } from "vitest";

import { Download } from "../src/download";

afterEach(() => vi.unstubAllGlobals());

function serve(files: Record<string, string>): void {
  vi.stubGlobal("fetch", async (address: string) => {
    const body = files[address];
    return body === undefined
      ? new Response("", { status: 404 })
      : new Response(body, { headers: { "Content-Type": "application/wasm" } });
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
  await download.bytes("b");
  await vi.waitFor(() => expect(seen.at(-1)).toBe(8));
});

test("the response comes as the network gave it, for the browser to keep what it compiles", async () => {
  const original = new Response("1");
  vi.stubGlobal("fetch", async () => original);
  expect(await new Download("/", { a: 1 }, () => {}).get("a")).toBe(original);
});

test("a file that is missing fails where it is asked for, by name", async () => {
  serve({});
  const download = new Download("/", { a: 1 }, () => {});
  await expect(download.get("a")).rejects.toThrow("a: the server answered 404");
  await expect(download.get("b")).rejects.toThrow("b: not one of the files");
});
