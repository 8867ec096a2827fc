import type { Plugin } from "vite";

type Content = string | Uint8Array;

/** A plugin that sees all files of the finished build, by name, and adds others with `emit`. */
export function lastStep(
  name: string,
  step: (
    files: ReadonlyMap<string, Content>,
    emit: (fileName: string, source: Content) => void,
  ) => Promise<void>,
): Plugin {
  return {
    name,
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const contents = Object.entries(bundle).map(
          ([name, file]) => [name, file.type === "asset" ? file.source : file.code] as const,
        );
        return step(new Map(contents), (fileName, source) => {
          this.emitFile({ type: "asset", fileName, source });
        });
      },
    },
  };
}
