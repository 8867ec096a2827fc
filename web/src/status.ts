import type { RuntimeState } from "./interpreter";
import { text } from "./strings";

/** What Python is doing, in the reader's language. */
export function describe(state: RuntimeState): string {
  switch (state.phase) {
    case "loading":
      return text("loading", megabytes(state.loaded), megabytes(state.total));
    case "ready":
      return text("ready", state.python, state.ndgrad);
    case "dead":
      return `${text("dead")}: ${state.reason}`;
    default:
      return text(state.phase);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
