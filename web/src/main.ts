import "katex/dist/katex.min.css";
import "./style.css";

import { Page } from "./page";

new Page(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })).start();
