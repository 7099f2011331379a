import type { Conflict, Content } from '../../../bindings/types';

/** How a conflict is settled: as one side has it, with the lines of both, or as somebody wrote. */
export type Choice =
  | { readonly kind: 'ours' }
  | { readonly kind: 'theirs' }
  | { readonly kind: 'both' }
  | { readonly kind: 'hand'; readonly value: unknown };

/** What stands where something was removed, until its list is closed. */
const GONE = Symbol('gone');

/**
 * The content with these conflicts settled; one without a choice stays as the merge has it. They are settled from the
 * last to the first, and removals are closed at the end, so that each pointer means what it says.
 */
export function resolve<T extends Content>(
  content: T,
  conflicts: readonly Conflict[],
  choices: readonly (Choice | null)[],
): T {
  const result = structuredClone(content);
  for (const [at, conflict] of [...conflicts.entries()].reverse()) {
    const choice = choices[at] ?? null;
    if (choice !== null) settle(result, conflict, choice);
  }
  return closed(result) as T;
}

/** What a choice makes of the place of a conflict; `undefined` takes it out. */
export function valueOf(conflict: Conflict, choice: Choice): unknown {
  switch (choice.kind) {
    case 'ours':
      return conflict.ours ?? undefined;
    case 'theirs':
      return conflict.theirs ?? undefined;
    case 'both':
      return bothOf(linesOf(conflict.ours), linesOf(conflict.theirs));
    case 'hand':
      return choice.value;
  }
}

function linesOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Lines of both sides, ours first. */
function bothOf(ours: string, theirs: string): string {
  return ours === '' || /[\n\r]$/.test(ours) ? ours + theirs : `${ours}\n${theirs}`;
}

function settle(content: unknown, conflict: Conflict, choice: Choice): void {
  const path = conflict.pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const field = path.pop() ?? '';
  const above = path.reduce<unknown>(
    (value, name) => (value as Record<string, unknown>)[name],
    content,
  ) as Record<string, unknown>;
  const value = valueOf(conflict, choice);
  if (conflict.lines != null) {
    above[field] = withLines(String(above[field]), conflict.lines, String(value));
  } else if (conflict.place.kind === 'order') {
    const items = above[field] as unknown[];
    above[field] = (value as number[]).map((place) => items[place]);
  } else if (value !== undefined) {
    above[field] = value;
  } else if (Array.isArray(above)) {
    above[Number(field)] = GONE;
  } else {
    Reflect.deleteProperty(above, field);
  }
}

/** Text with these lines replaced. */
function withLines(text: string, lines: { start: number; count: number }, by: string): string {
  const all = text.match(/[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+$/g) ?? [];
  return [...all.slice(0, lines.start), by, ...all.slice(lines.start + lines.count)].join('');
}

/** The same without what was taken out of its lists. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== GONE).map(closed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, closed(field)]));
}
