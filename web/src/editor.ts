import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

/** What a cell asks of its editor, whichever that is. */
export interface Editor {
  text: string;
  focus(): void;
  /** The editor's accessible name. */
  setLabel(label: string): void;
  /** Marks a line, counted from 1, until it is changed; null takes the mark away. */
  mark(line: number | null): void;
}

/** Puts an editor for Python into `parent`. Colours come from the page's style sheet. */
export function createEditor(
  parent: HTMLElement,
  text: string,
  { readonly, onRun, onChange }: { readonly: boolean; onRun(): void; onChange(): void },
): Editor {
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
        failedLine,
        EditorState.readOnly.of(readonly),
        EditorView.updateListener.of((update) => update.docChanged && onChange()),
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
    mark: (line) => view.dispatch({ effects: setFailedLine.of(line) }),
  };
}

const setFailedLine = StateEffect.define<number | null>();

const failedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { docChanged, effects, state }) {
    const effect = effects.find((effect) => effect.is(setFailedLine));
    if (!effect) return docChanged ? Decoration.none : marks;
    const line: number | null = effect.value;
    if (line === null || line > state.doc.lines) return Decoration.none;
    return Decoration.set(Decoration.line({ class: "failed" }).range(state.doc.line(line).from));
  },
  provide: (field) => EditorView.decorations.from(field),
});
