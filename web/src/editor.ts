import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

/** What a cell asks of its editor, whichever that is. */
export interface Editor {
  text: string;
  focus(): void;
  /** The editor's accessible name. */
  setLabel(label: string): void;
}

/** Puts an editor for Python into `parent`. Colours come from the page's style sheet. */
export function createEditor(parent: HTMLElement, text: string, onRun: () => void): Editor {
  const run = () => (onRun(), true);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        // Before the default keys, which put a new line there.
        Prec.highest(
          keymap.of([
            { key: "Shift-Enter", run },
            { key: "Mod-Enter", run },
          ]),
        ),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        history(),
        python(),
        indentUnit.of("    "),
        lineNumbers(),
        bracketMatching(),
        syntaxHighlighting(classHighlighter),
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    focus: () => view.focus(),
    setLabel: (label) => view.contentDOM.setAttribute("aria-label", label),
  };
}
