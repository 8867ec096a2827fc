import {
  autocompletion,
  type CompletionContext,
  completionKeymap,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  hoverTooltip,
  keymap,
  lineNumbers,
  type Tooltip,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

import { type Entry, readEntries } from "./assistance";
import type { CodeHandlers } from "./code";
import type { Ask } from "./messages";

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
  { readonly, ask, onRun, onChange }: CodeHandlers,
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
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
        history(),
        python(),
        indentUnit.of("    "),
        lineNumbers(),
        bracketMatching(),
        syntaxHighlighting(classHighlighter),
        failedLine,
        autocompletion({ override: [completions(ask)] }),
        hoverTooltip(documentation(ask)),
        // Said outright, so that whoever looks for what scrolls without a keyboard finds none.
        EditorView.contentAttributes.of({ tabindex: "0" }),
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

/** Names that can follow: after a dot, or after two letters, or when asked for. */
function completions(ask: Ask) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const word = /\w*$/.exec(before)![0];
    const dotted = before.charAt(before.length - word.length - 1) === ".";
    if (!context.explicit && !dotted && word.length < 2) return null;
    const entries = readEntries(await ask({ kind: "complete", line: before }));
    return {
      from: context.pos - word.length,
      options: entries.map(({ label, kind, detail }) => ({ label, type: kind, info: detail })),
      validFor: /^\w*$/,
    };
  };
}

/** The documentation of the name under the pointer. */
function documentation(ask: Ask) {
  return async (view: EditorView, position: number): Promise<Tooltip | null> => {
    const line = view.state.doc.lineAt(position);
    const rest = /^\w*/.exec(line.text.slice(position - line.from))![0];
    const end = position + rest.length;
    const name = line.text.slice(0, end - line.from);
    const [entry] = readEntries(await ask({ kind: "describe", line: name }));
    if (!entry) return null;
    return { pos: position, end, above: true, create: () => ({ dom: tooltip(entry) }) };
  };
}

function tooltip({ label, detail }: Entry): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "documentation";
  const [signature, text] = [document.createElement("code"), document.createElement("pre")];
  signature.textContent = label;
  text.textContent = detail;
  dom.append(signature, text);
  return dom;
}
