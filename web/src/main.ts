import "katex/dist/katex.min.css";
import "./style.css";

import { Page } from "./page";

new Page().start();
