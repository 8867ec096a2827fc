import type { Plugin } from "vite";

/**
 * Drops KaTeX's .woff and .ttf fonts from its style sheet. Every browser with WebAssembly SIMD reads
 * .woff2, and the other two would be three quarters of a megabyte of files nobody asks for.
 */
export function woff2Only(): Plugin {
  return {
    name: "ndgrad:woff2-only",
    enforce: "pre",
    transform(css, id) {
      if (!/katex.*\.css/.test(id)) return null;
      return css.replace(/,\s*url\([^)]+\.(woff|ttf)\)\s*format\(["'][^"']+["']\)/g, "");
    },
  };
}
