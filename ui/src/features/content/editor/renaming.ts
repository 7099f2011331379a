import { type EditorState, StateEffect, StateField } from '@codemirror/state';
import { type EditorView, type KeyBinding, showTooltip, type Tooltip } from '@codemirror/view';
import { variableTexts } from '../../variable/texts';
import { thingAt } from './at';
import { marked } from './marked';
import { surroundings } from './state';
import { editorTexts as texts } from './texts';

interface Asked {
  readonly name: string;
  readonly at: number;
}

const ask = StateEffect.define<Asked | null>();

const asked = StateField.define<Asked | null>({
  create: () => null,
  update: (value, transaction) => {
    const said = transaction.effects.findLast((effect) => effect.is(ask));
    if (said !== undefined) return said.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field, (value) => value && tooltip(value)),
});

function variableAt(state: EditorState): Asked | null {
  const thing = thingAt(state, state.selection.main.head);
  return thing?.kind === 'value' && thing.variable !== null ? { name: thing.variable, at: thing.from } : null;
}

function tooltip({ name, at }: Asked): Tooltip {
  return { pos: at, above: false, arrow: false, create: (view) => ({ dom: form(view, name), mount: focus }) };

  function focus() {
    const input = document.getElementById(inputId);
    if (input instanceof HTMLInputElement) input.select();
  }
}

const inputId = 'cm-new-name';

function form(view: EditorView, name: string): HTMLElement {
  const label = Object.assign(document.createElement('label'), {
    textContent: texts.rename(name),
    htmlFor: inputId,
  });
  const input = Object.assign(document.createElement('input'), {
    id: inputId,
    value: name,
    className: 'cm-textfield',
  });
  input.spellcheck = false;
  const problem = Object.assign(document.createElement('div'), {
    className: 'cm-rename-problem',
    role: 'status',
  });
  const around = view.state.facet(surroundings);
  const close = () => {
    view.dispatch({ effects: ask.of(null) });
    view.focus();
  };
  const check = () => {
    const found = around.renameProblem(name, input.value.trim());
    const told = found === null ? '' : variableTexts.editor.nameProblems[found];
    problem.replaceChildren(marked('span', '', told));
    input.ariaInvalid = String(found !== null);
    return found === null;
  };
  input.addEventListener('input', check);
  input.addEventListener('keydown', (event) => {
    // The editor below and the window have keys of their own.
    event.stopPropagation();
    if (event.key === 'Escape') close();
    if (event.key !== 'Enter') return;
    // The editor has the focus by then, and would take it for a line break.
    event.preventDefault();
    if (!check()) return;
    const next = input.value.trim();
    close();
    if (next !== name) around.rename(name, next);
  });
  const element = Object.assign(document.createElement('div'), { className: 'cm-rename' });
  element.append(label, input, problem);
  return element;
}

/** Asks for another name of a variable, where the cursor is at one. */
export const renaming = asked;

/** F2 asks for another name. */
export const renamingKeys: KeyBinding[] = [
  {
    key: 'F2',
    run: (view) => {
      const found = variableAt(view.state);
      if (found === null) return false;
      view.dispatch({ effects: ask.of(found) });
      return true;
    },
  },
];
