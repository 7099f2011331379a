import { jsonLanguage } from '@codemirror/lang-json';
import { contentTexts } from '../texts';

/** A text read as JSON: the value, or where it stops being one. */
export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly line: number; readonly column: number };

/** Reads JSON. The place of an error is found by the grammar, since engines word their errors differently. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    const before = text.slice(0, firstError(text)).split('\n');
    const line = before.length;
    const column = Array.from(before.at(-1) ?? '').length + 1;
    return { ok: false, message: contentTexts.json.invalid(line, column), line, column };
  }
}

function firstError(text: string): number {
  let at = text.length;
  jsonLanguage.parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) at = Math.min(at, node.from);
    },
  });
  return at;
}

/** A value as people read and edit it; nothing where there is no value. */
export function formatJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}
