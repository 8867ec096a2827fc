import "katex/dist/katex.min.css";
import "./cell.css";
import "./page.css";

import { Cell } from "./cell";
import { Page } from "./page";

customElements.define("nd-cell", Cell);
new Page().start();
