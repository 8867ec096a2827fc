/** The only script in a frame of HTML output: tells the page how high its content is. */
export {};

new ResizeObserver(() => parent.postMessage(document.documentElement.offsetHeight, "*")).observe(
  document.documentElement,
);
