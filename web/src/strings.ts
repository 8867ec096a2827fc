/** Every text of the interface, in the two languages; the documents bring their own. */

export type Language = "zh" | "en";

/** `{0}`, `{1}` stand for arguments. */
const STRINGS = {
  run: ["运行", "Run"],
  runCell: ["运行单元 {0}", "Run cell {0}"],
  runAll: ["全部运行", "Run all"],
  stop: ["停止", "Stop"],
  restart: ["重启", "Restart"],
  restartHint: [
    "清空变量和输出，启动新的 Python",
    "Clear variables and outputs, and start a new Python",
  ],
  language: ["English", "中文"],
  reference: ["参考手册", "Reference"],
  code: ["单元 {0} 的代码", "Code of cell {0}"],
  output: ["单元 {0} 的输出", "Output of cell {0}"],
  picture: ["单元画出的图", "Picture drawn by the cell"],
  html: ["单元的 HTML 输出", "HTML output of the cell"],
  book: ["书中的输出", "Printed in the book"],
  loading: ["正在下载 Python：{0} / {1} MB", "Downloading Python: {0} / {1} MB"],
  starting: ["正在启动 Python …", "Starting Python …"],
  installing: ["正在安装 ndgrad …", "Installing ndgrad …"],
  ready: ["就绪 · Python {0} · ndgrad {1}", "Ready · Python {0} · ndgrad {1}"],
  running: ["正在运行单元 {0} …", "Running cell {0} …"],
  dead: ["Python 无法继续运行", "Python cannot go on"],
  queued: ["等待中", "Waiting"],
  ok: ["{0} 毫秒", "{0} ms"],
  failed: ["出错 · {0} 毫秒", "Failed · {0} ms"],
  interrupted: ["已停止，变量仍在。", "Stopped. All variables are kept."],
  stopped: [
    "已停止。Python 已重新启动，变量已清空。",
    "Stopped. Python was started afresh, so all variables are gone.",
  ],
  died: [
    "Python 在此崩溃，变量已清空。再次运行会启动新的 Python。",
    "Python went down here, so all variables are gone. The next run starts a new one.",
  ],
  keys: [
    "代码可以修改。Shift-Enter 运行；先按 Esc 再按 Tab 离开编辑器。一切都在本页内运行。",
    "The code can be changed. Shift-Enter runs it; Esc, then Tab leaves the editor. " +
      "Everything runs inside this page.",
  ],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type Key = keyof typeof STRINGS;

let language: Language = "zh";

export function currentLanguage(): Language {
  return language;
}

/** The language as HTML's `lang` wants it. */
export function languageTag(): string {
  return language === "zh" ? "zh-CN" : "en";
}

export function setLanguage(to: Language): void {
  language = to;
}

/** The text for `key` in the present language. */
export function text(key: Key, ...values: (string | number)[]): string {
  const pattern = STRINGS[key][language === "zh" ? 0 : 1];
  return pattern.replace(/\{(\d)\}/g, (_, i) => String(values[Number(i)]));
}

/**
 * Fills in all elements at and below `root` that ask for a text: `data-text` names what they say,
 * `data-label` their accessible name, `data-hint` their tooltip, `data-value` the one argument.
 */
export function localize(root: HTMLElement): void {
  for (const element of [root, ...root.querySelectorAll<HTMLElement>("*")]) {
    const { text: says, label, hint, value = "" } = element.dataset;
    if (says) element.textContent = text(says as Key, value);
    if (label) element.setAttribute("aria-label", text(label as Key, value));
    if (hint) element.title = text(hint as Key, value);
  }
}
