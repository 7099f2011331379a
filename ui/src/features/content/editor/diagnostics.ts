import type { Diagnostic as Mark } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { Severity } from '../../../bindings/types';

/** Something to tell about a text, at a place in it. Lines and columns are from 1; columns count characters. */
export interface EditorDiagnostic {
  readonly severity: Severity;
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
  const { severity, message, hint, line, column, endLine, endColumn } = diagnostic;
  const from = offsetOf(text, line, column);
  const end = endLine === undefined || endColumn === undefined ? from : offsetOf(text, endLine, endColumn);
  return { from, to: Math.max(from, end), severity, message, renderMessage: () => described(message, hint) };
}

function described(message: string, hint?: string): HTMLElement {
  const element = document.createElement('div');
  element.append(Object.assign(document.createElement('div'), { textContent: message }));
  if (hint) {
    element.append(Object.assign(document.createElement('div'), { textContent: hint, className: 'cm-hint' }));
  }
  return element;
}
