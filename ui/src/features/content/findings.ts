import type { ContentReport } from '../../bindings/types';
import type { EditorDiagnostic } from './editor/diagnostics';

/** What is wrong with each template, by its path such as `messages[1]`. */
export type Findings = Readonly<Record<string, readonly EditorDiagnostic[]>>;

/** Nothing is wrong. */
export const CLEAN: readonly EditorDiagnostic[] = [];

/** What is wrong with each template, as editors mark it. */
export function findingsOf({ diagnostics }: ContentReport): Findings {
  const found: Record<string, EditorDiagnostic[]> = {};
  for (const { severity, code, variable, message, hint, place, endLine, endColumn } of diagnostics) {
    const { path, line, column } = place;
    if (line == null || column == null) continue;
    const end = endLine == null || endColumn == null ? {} : { endLine, endColumn };
    const about = variable == null ? {} : { variable };
    (found[path] ??= []).push({ severity, code, ...about, message, hint, line, column, ...end });
  }
  return found;
}
