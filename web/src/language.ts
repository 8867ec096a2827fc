/** Runs before anything is shown, so that no reader first sees the other language. */
export {};

try {
  const wanted = localStorage.getItem("ndgrad:language") ?? navigator.language;
  document.documentElement.lang = wanted.startsWith("zh") ? "zh-CN" : "en";
} catch {
  // Where storage is forbidden, the page speaks the language it was built in.
}
