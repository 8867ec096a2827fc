import type { Plugin } from "vite";

import { inlineScript } from "./inline.ts";

/**
 * The page's own content security policy. Frames without an address inherit it, so it names their
 * scripts too; what is not needed is denied, and no frame can be led to another address.
 */
export function securityPolicy(): Plugin {
  return {
    name: "ndgrad:policy",
    transformIndexHtml: {
      order: "post",
      async handler(page) {
        const scripts = ["language.ts", "sandbox/frame.ts", "outputs/measure.ts"];
        const hashes = await Promise.all(
          scripts.map(async (name) => `'${(await inlineScript(name)).hash}'`),
        );
        const policy = [
          "default-src 'none'",
          `script-src 'self' 'wasm-unsafe-eval' ${hashes.join(" ")}`,
          "worker-src 'self' data:",
          "connect-src 'self'",
          "style-src 'self' 'unsafe-inline'",
          "img-src 'self' data:",
          "font-src 'self' data:",
          "frame-src 'none'",
          "form-action 'none'",
          "base-uri 'none'",
        ].join("; ");
        const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}" />`;
        const language = `<script>${(await inlineScript("language.ts")).text}</script>`;
        return page.replace("<!--policy-->", () => meta).replace("<!--language-->", () => language);
      },
    },
  };
}
