import type { Case, ChangeDataset, Column } from '../../bindings/types';

/** Changes of a version that are not saved yet. */
export interface Draft {
  /** The number of the version that they change. */
  readonly base: number;
  /** Cases in place of others, by position. */
  readonly replaced: Readonly<Record<number, Case>>;
  readonly removed: readonly number[];
  /** Cases that are put behind the last one. */
  readonly added: readonly Case[];
  /** Names of inputs that get a column. */
  readonly columns: readonly string[];
}

/** No changes. */
export const unchanged = (base: number): Draft => ({
  base,
  replaced: {},
  removed: [],
  added: [],
  columns: [],
});

/** How many rows and columns a draft changes. */
export const changesOf = (draft: Draft): number =>
  Object.keys(draft.replaced).length + draft.removed.length + draft.added.length + draft.columns.length;

/** A row on screen: a case of the version, or one that is new. */
export interface DraftRow {
  readonly case: Case;
  /** Its place among the new ones; `null` for a case of the version. */
  readonly added: number | null;
}

/** The rows that a draft makes of cases of its version: the new ones first, which are seen at once. */
export function rowsOf(draft: Draft, cases: readonly Case[]): DraftRow[] {
  const removed = new Set(draft.removed);
  const kept = cases.filter(({ position }) => !removed.has(position));
  return [
    ...draft.added.map((added, at) => ({ case: added, added: at })),
    ...kept.map((one) => ({ case: draft.replaced[one.position] ?? one, added: null })),
  ];
}

/** The draft with a row changed, or with one more where `row` is `null`. */
export function withRow(draft: Draft, row: DraftRow | null, next: Case): Draft {
  if (row === null) return { ...draft, added: [...draft.added, next] };
  if (row.added !== null)
    return { ...draft, added: draft.added.map((one, at) => (at === row.added ? next : one)) };
  return { ...draft, replaced: { ...draft.replaced, [row.case.position]: next } };
}

/** The draft without a row. */
export function withoutRow(draft: Draft, row: DraftRow): Draft {
  if (row.added !== null) return { ...draft, added: draft.added.filter((_, at) => at !== row.added) };
  const place = String(row.case.position);
  const others = Object.entries(draft.replaced).filter(([position]) => position !== place);
  const replaced = Object.fromEntries(others);
  return { ...draft, replaced, removed: [...draft.removed, row.case.position] };
}

/** The request that saves a draft. */
export function toRequest(id: string, draft: Draft, note: string): ChangeDataset {
  return {
    id,
    base: draft.base,
    note,
    columns: draft.columns.map((name) => ({ action: 'add', kind: 'input', name })),
    replaced: Object.entries(draft.replaced).map(([position, one]) => ({
      position: Number(position),
      case: one,
    })),
    removed: [...draft.removed],
    inserted: draft.added.length === 0 ? [] : [{ cases: [...draft.added] }],
  };
}

/** The columns with those that a draft adds. */
export function columnsOf(draft: Draft, columns: readonly Column[]): Column[] {
  const inputs = columns.filter(({ kind }) => kind === 'input');
  const others = columns.filter(({ kind }) => kind !== 'input');
  const added = draft.columns.map((name): Column => ({ name, kind: 'input', type: 'string' }));
  return [...inputs, ...added, ...others];
}

/** What a case holds in a column, as text. */
export function cellText(one: Case, column: Column): string {
  const value =
    column.kind === 'input'
      ? one.inputs[column.name]
      : column.kind === 'expected'
        ? one.expected
        : one.metadata?.[column.name];
  return valueText(value);
}

/** A value as text: a text as it is, anything else as JSON. */
export const valueText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** What a text stands for in the place of a value: what was JSON must be JSON again. `undefined` where it is not. */
export function valueOf(text: string, before: unknown): unknown {
  if (text === valueText(before)) return before ?? null;
  if (before === undefined || before === null || typeof before === 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What was kept on this device, which may be of another version or of anybody's hand. */
export function readDraft(kept: unknown): Draft | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const draft = kept as Partial<Draft>;
  const isWhole =
    typeof draft.base === 'number' &&
    typeof draft.replaced === 'object' &&
    Array.isArray(draft.removed) &&
    Array.isArray(draft.added) &&
    Array.isArray(draft.columns);
  return isWhole ? (draft as Draft) : null;
}
