/** cell.html: the cells that the address brings, for pages that take an iframe but no script. */
import { fromFragment } from "./share";

const codes = fromFragment(location.hash) ?? [""];
const cells = codes.map((code) => {
  const cell = document.createElement("nd-cell");
  cell.textContent = code;
  return cell;
});
document.querySelector("main")!.append(...cells);
// The cells must be there when their element is defined.
void import("./embed");
