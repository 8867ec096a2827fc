/** Cells in a Python file, each after a line `# %%`, as other editors write and read them too. */

const MARK = /^# %%.*\n?/m;

export function toFile(codes: readonly string[]): string {
  return codes.map((code) => `# %%\n${code.trimEnd()}\n`).join("\n");
}

export function fromFile(text: string): string[] {
  const [before = "", ...cells] = text.replaceAll("\r\n", "\n").split(new RegExp(MARK, "gm"));
  const codes = before.trim() ? [before, ...cells] : cells;
  return codes.map((code) => code.trim());
}

/** Lets the reader keep `text` as a file. */
export function saveFile(name: string, text: string): void {
  const link = document.createElement("a");
  link.download = name;
  link.href = `data:text/x-python;charset=utf-8,${encodeURIComponent(text)}`;
  link.click();
}

/** Asks the reader for a file; never resolves where none is chosen. */
export function openFile(): Promise<string> {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".py,.txt";
  return new Promise((resolve) => {
    input.onchange = () => void input.files?.[0]?.text().then(resolve);
    input.click();
  });
}
