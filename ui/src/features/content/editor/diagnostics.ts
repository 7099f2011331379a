import { type Action, type Diagnostic as Mark, forEachDiagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { DiagnosticCode, Severity } from '../../../bindings/types';
import { marked } from './marked';
import { surroundings } from './state';
import { editorTexts } from './texts';

/** Something to tell about a text, at a place in it. Lines and columns are from 1; columns count characters. */
export interface EditorDiagnostic {
  readonly severity: Severity;
  readonly code?: DiagnosticCode;
  /** The variable that it is about. */
  readonly variable?: string;
  readonly message: string;
  readonly hint?: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** The offset of a line and column; the nearest there is where the text has changed since. */
export function offsetOf(text: Text, line: number, column: number): number {
  if (line > text.lines) return text.length;
  const { from, text: content } = text.line(Math.max(1, line));
  let offset = 0;
  for (const character of content) {
    if (column <= 1) break;
    column -= 1;
    offset += character.length;
  }
  return from + offset;
}

/** A diagnostic as the editor marks it. */
export function toMark(text: Text, diagnostic: EditorDiagnostic): Mark {
  const { severity, code, variable, message, hint, line, column, endLine, endColumn } = diagnostic;
  const from = offsetOf(text, line, column);
  const end = endLine === undefined || endColumn === undefined ? from : offsetOf(text, endLine, endColumn);
  const to = Math.max(from, end);
  const actions = code === 'undeclared_variable' && variable !== undefined ? declaring(variable) : [];
  return { from, to, severity, message, actions, renderMessage: () => described(message, hint) };
}

/** Declares a variable, where it can be one. */
function declaring(name: string): Action[] {
  if (!/^[A-Za-z_]\w*$/.test(name)) return [];
  const declare = (view: EditorView) => view.state.facet(surroundings).declare(name);
  return [{ name: editorTexts.declare(name), apply: declare }];
}

/** Does the first thing that mends what is wrong at the cursor, and tells whether there is one. */
export function mend(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  let isMended = false;
  forEachDiagnostic(view.state, ({ actions }, from, to) => {
    const [action] = actions ?? [];
    if (isMended || action === undefined || head < from || head > to) return;
    isMended = true;
    action.apply(view, from, to);
  });
  return isMended;
}

function described(message: string, hint?: string): HTMLElement {
  const element = document.createElement('div');
  element.append(marked('div', '', message));
  if (hint) element.append(marked('div', 'cm-hint', hint));
  return element;
}
