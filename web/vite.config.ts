import { defineConfig } from "vitest/config";

import { inlineScripts } from "./build/inline.ts";
import { compressedCopies } from "./build/compressed.ts";
import { documentPages } from "./build/pages.ts";
import { serviceWorker } from "./build/service.ts";
import { securityPolicy } from "./build/policy.ts";
import { pythonRuntime } from "./build/runtime.ts";
import { woff2Only } from "./build/woff2.ts";

export default defineConfig({
  // Relative addresses: the built folder works under any path of any server.
  base: "./",
  plugins: [
    documentPages(),
    inlineScripts(),
    pythonRuntime(),
    securityPolicy(),
    woff2Only(),
    serviceWorker(["data/digits.npz"]),
    compressedCopies(),
  ],
  build: {
    target: "es2022",
    // The first that have light-dark(): a substitute for older ones would want the host page's CSS changed too.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Pyodide's 13 MB would be compressed only to print a number.
    reportCompressedSize: false,
    rolldownOptions: {
      input: { main: "index.html", cell: "cell.html", "ndgrad-cell": "src/embed.ts" },
      output: {
        // Other pages name it, so its address must not change.
        entryFileNames: ({ name }) =>
          name === "ndgrad-cell" ? "ndgrad-cell.js" : "assets/[name]-[hash].js",
      },
      // Nobody imports from ndgrad-cell.js, but it must stay a module of its own.
      preserveEntrySignatures: "exports-only",
    },
  },
  preview: {
    // Any page may embed cells from here; and with memory shared, Stop can keep the variables.
    cors: true,
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
      "Cross-Origin-Resource-Policy": "cross-origin",
    },
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"] },
});
