/** Every text of the interface, in the two languages; the documents bring their own. */

export type Language = "zh" | "en";

/** `{0}`, `{1}` stand for arguments. */
const STRINGS = {
  run: ["运行", "Run"],
  runCell: ["运行单元 {0}", "Run cell {0}"],
  stopCell: ["停止单元 {0}", "Stop cell {0}"],
  same: ["✓ 一致", "✓ The same"],
  differs: ["≠ 不同", "≠ Differs"],
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
  curve: ["曲线，最后一点：{0}；{1}", "Curve, last point: {0}; {1}"],
  html: ["单元的 HTML 输出", "HTML output of the cell"],
  book: ["应有的输出", "Should print"],
  graph: ["计算图", "Graph"],
  graphHint: ["画出这里记录下来的计算", "Draw what was recorded here"],
  graphOf: ["单元 {0} 的计算图", "Graph of cell {0}"],
  canvas: [
    "计算图；用左右方向键逐步看反向传播",
    "Graph; the left and right arrow keys step through backward",
  ],
  head: ["从哪个数组开始", "Which array to begin with"],
  heads: ["头梯度进入", "head gradients come in"],
  weight: ["{0} 的头梯度（head_gradient）", "head gradient of {0}"],
  stage: ["反向传播 {0} / {1}：{2}", "Backward {0} / {1}: {2}"],
  first: ["到开头", "To the start"],
  previous: ["上一步", "Step back"],
  next: ["下一步", "Next step"],
  last: ["到末尾", "To the end"],
  byHand: ["改变和检验：", "Change and check:"],
  element: ["哪个元素", "Which element"],
  slider: ["元素的值", "Value of the element"],
  check: ["检验梯度", "Check the gradient"],
  checkHint: ["与有限差分比较", "Compare it with finite differences"],
  checked: [
    "autograd：{0}；差商：{1}（eps = {2}），相对误差 {3}",
    "autograd: {0}; difference quotient: {1} (eps = {2}), relative error {3}",
  ],
  errors: ["相对误差随 eps 的变化", "Relative error against eps"],
  relativeError: ["相对误差", "relative error"],
  busy: [
    "现在看不了：Python 正忙，或者已重新启动。",
    "Not now: Python is busy, or was started afresh.",
  ],
  noBlock: [
    "不能重新计算：没有直接写在单元里的 with autograd.record() 块。",
    "Cannot be computed again: no cell has the block `with autograd.record()` at its own level.",
  ],
  noHead: [
    "不能重新计算：重新运行后找不到这个数组；给它一个变量名。",
    "Cannot be computed again: the array is not found after it; give it a name.",
  ],
  noVariable: ["这个变量太大，或者已被覆盖。", "The variable is too large, or was overwritten."],
  unsteady: [
    "不能重新计算：这段代码每次的结果都不同，例如用了随机数。",
    "Cannot be computed again: the code gives something else each time; random numbers, perhaps.",
  ],
  broken: [
    "不能重新计算：重新运行时出错了。",
    "Cannot be computed again: running it once more raised an error.",
  ],
  slow: ["重新计算用了太长时间，已停止。", "Computing it again took too long and was stopped."],
  loading: ["正在下载 Python：{0} / {1} MB", "Downloading Python: {0} / {1} MB"],
  starting: ["正在启动 Python …", "Starting Python …"],
  installing: ["正在安装 ndgrad …", "Installing ndgrad …"],
  ready: ["就绪 · Python {0} · ndgrad {1}", "Ready · Python {0} · ndgrad {1}"],
  running: ["正在运行单元 {0} …", "Running cell {0} …"],
  dead: ["Python 无法继续运行", "Python cannot go on"],
  silent: ["它没有回应。", "it does not answer."],
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
  share: ["分享", "Share"],
  shareHint: ["把代码放进一个链接", "Put the code into a link"],
  save: ["保存", "Save"],
  saveHint: ["把代码存成 .py 文件", "Keep the code as a .py file"],
  open: ["打开", "Open"],
  openHint: ["打开 .py 文件；单元以 # %% 分开", "Open a .py file; its cells begin with # %%"],
  reset: ["还原", "Reset"],
  resetHint: ["恢复文档原来的代码", "Bring back the document's own code"],
  add: ["＋ 单元", "+ Cell"],
  banner: ["关于这份文本", "About this text"],
  link: ["链接", "Link"],
  copied: [
    "链接已复制。打开它的人会看到您的代码，但不会自动运行。",
    "The link is copied. Whoever opens it sees your code; it does not run by itself.",
  ],
  copyThis: ["请复制这个链接：", "Copy this link:"],
  shared: [
    "这里的代码来自一个链接（来源：{0}），什么都还没有运行。您自己的文本没有被改动。",
    "The code here came with a link (from: {0}). Nothing of it has run, and your own text is unchanged.",
  ],
  sharedUnsaid: [
    "这里的代码来自一个链接（浏览器没有告知来源），什么都还没有运行。您自己的文本没有被改动。",
    "The code here came with a link (the browser does not say from where). Nothing of it has run, and your own text is unchanged.",
  ],
  keep: ["作为我的文本保留", "Keep as my text"],
  discard: ["回到我的文本", "Back to my text"],
  documents: ["文档", "Documents"],
  errorAttributeError: [
    "这个对象没有这个名字的属性或方法。检查拼写，或用 dir() 看看它有什么。",
    "The object has no attribute or method of that name. Check the spelling, or ask dir() what it has.",
  ],
  errorAxisError: [
    "数组没有这个轴。轴从 0 数起，-1 是最后一个；.ndim 说明有几个。",
    "The array has no such axis. They count from 0, -1 is the last one; .ndim says how many there are.",
  ],
  errorDTypeError: [
    "数据类型不合适，或者彼此不同。用 .astype(...) 转换。",
    "A dtype does not fit, or two differ. Convert with .astype(...).",
  ],
  errorGraphError: [
    "计算图不允许这样做：也许没有记录，也许前一次 backward 已经把它释放了。在 with autograd.record(): 里重新计算，或用 retain_graph=True。",
    "The graph does not allow this: perhaps nothing was recorded, or an earlier backward has freed it. Compute it again under autograd.record(), or pass retain_graph=True.",
  ],
  errorIndexError: [
    "下标超出了范围。用 .shape 看看数组有多大；下标从 0 开始。",
    "The index is outside. Look at the array's .shape; indices start at 0.",
  ],
  errorMemoryError: [
    "内存用完了：本页的 Python 最多用 1 GiB。删去不用的数组，或按“重启”。",
    "The memory is used up: Python may have 1 GiB in this page. Delete arrays you do not need, or press Restart.",
  ],
  errorModuleNotFoundError: [
    "本页的 Python 只有标准库和 ndgrad（也叫 mxnet），不能安装别的包。",
    "Python has its standard library and ndgrad (also as mxnet) in this page; nothing else can be installed.",
  ],
  errorMXNetError: [
    "数组运算被拒绝了：最后一行说明是哪个运算、哪些形状，以及怎么办。",
    "An array operation was refused: the last line names the operation, the shapes and what to do.",
  ],
  errorNameError: [
    "这个名字还没有值。也许定义它的单元还没有运行：从上往下运行，或按“全部运行”。",
    "The name has no value yet. Perhaps the cell that defines it has not run: run from the top, or press Run all.",
  ],
  errorRecursionError: [
    "函数一层层调用自己，没有停下来。检查结束的条件。",
    "A function went on calling itself. Check the condition that should end it.",
  ],
  errorShapeError: [
    "形状合不上：最后一行写出了它们。用 .shape 查看，用 reshape、expand_dims 或转置来改变。",
    "The shapes do not fit together: the last line names them. Look at .shape; change it with reshape, expand_dims or a transpose.",
  ],
  errorSyntaxError: [
    "Python 读不懂标出的这一行：检查括号、冒号和引号。",
    "Python cannot read the marked line: check brackets, colons and quotes.",
  ],
  errorTypeError: [
    "值的类型不对，或者参数的个数不对。",
    "A value is of the wrong type, or the number of arguments is wrong.",
  ],
  errorValueError: [
    "值的类型对，但内容不合适。",
    "A value is of the right type, but it does not fit.",
  ],
  errorZeroDivisionError: ["不能除以零。", "Division by zero is not possible."],
  keys: [
    "代码可以修改。Shift-Enter 运行；先按 Esc 再按 Tab 离开编辑器。一切都在本页内运行。",
    "The code can be changed. Shift-Enter runs it; Esc, then Tab leaves the editor. " +
      "Everything runs inside this page.",
  ],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type Key = keyof typeof STRINGS;

export function isKey(name: string): name is Key {
  return Object.hasOwn(STRINGS, name);
}

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

/** An element with the texts that `localize` is to give it. */
export function make(
  tag: string,
  className: string,
  texts: { text?: Key; label?: Key; hint?: Key } = {},
  value: number | "" = "",
): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  Object.assign(element.dataset, texts, { value: String(value) });
  return element;
}
