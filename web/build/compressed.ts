import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

import { brotli } from "./bytecode.ts";
import { lastStep } from "./last.ts";

/** What is worth compressing. */
const TEXT = /\.(html|js|css|wasm|zip|whl)$/;

/**
 * Puts a brotli copy beside each file, FILE.br, which many servers send where it is there; this
 * preview's server does.
 */
export function compressedCopies(): Plugin {
  let folder = "dist";
  return {
    ...lastStep("ndgrad:compressed", async (files, emit) => {
      for (const [name, content] of files)
        if (TEXT.test(name)) emit(`${name}.br`, await brotli(Buffer.from(content)));
    }),
    configResolved: (config) => void (folder = config.build.outDir),
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? "/", "http://x").pathname.replace(/\/$/, "/index.html");
        const takes = /\bbr\b/.test(String(request.headers["accept-encoding"]));
        if (takes && TEXT.test(path) && existsSync(join(folder, `${path}.br`))) {
          request.url = `${path}.br`;
          response.setHeader("Content-Encoding", "br");
          response.setHeader("Content-Type", contentType(path));
          response.setHeader("Vary", "Accept-Encoding");
        }
        next();
      });
    },
  };
}

function contentType(path: string): string {
  const types: Record<string, string> = {
    html: "text/html; charset=utf-8",
    js: "text/javascript",
    css: "text/css",
    wasm: "application/wasm",
  };
  return types[path.split(".").pop()!] ?? "application/zip";
}
