import type { Case, ChangeDataset, Column, ColumnChange, ColumnKind } from '../../bindings/types';

/** Changes of a version that are not saved yet. */
export interface Draft {
  /** The number of the version that they change. */
  readonly base: number;
  /** Cases in place of others, by position. */
  readonly replaced: Readonly<Record<number, Case>>;
  readonly removed: readonly number[];
  /** Cases that are put behind the last one. */
  readonly added: readonly Case[];
  /** What is done to columns, one after the other. Rows that are given have them as they are afterwards. */
  readonly columns: readonly ColumnChange[];
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
    ...kept.map((one) => ({
      case: draft.replaced[one.position] ?? draft.columns.reduce(withColumnOf, one),
      added: null,
    })),
  ];
}

/** The draft with a change of a column, which the rows that it holds take part in. */
export function withColumn(draft: Draft, change: ColumnChange): Draft {
  const replaced = Object.entries(draft.replaced).map(([place, one]) => [place, withColumnOf(one, change)]);
  return {
    ...draft,
    columns: [...draft.columns, change],
    replaced: Object.fromEntries(replaced) as Draft['replaced'],
    added: draft.added.map((one) => withColumnOf(one, change)),
  };
}

/** A case as a column changes. */
function withColumnOf(one: Case, change: ColumnChange): Case {
  if (change.action === 'add') return one;
  if (change.kind === 'expected') return change.action === 'remove' ? withoutExpected(one) : one;
  const renamed = (values: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        if (name !== change.name) return [[name, value]];
        return change.action === 'rename' ? [[change.to, value]] : [];
      }),
    );
  if (change.kind === 'input') return { ...one, inputs: renamed(one.inputs) };
  return one.metadata === undefined ? one : { ...one, metadata: renamed(one.metadata) };
}

function withoutExpected(one: Case): Case {
  const rest = { ...one };
  delete rest.expected;
  return rest;
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
    columns: [...draft.columns],
    replaced: Object.entries(draft.replaced).map(([position, one]) => ({
      position: Number(position),
      case: one,
    })),
    removed: [...draft.removed],
    inserted: draft.added.length === 0 ? [] : [{ cases: [...draft.added] }],
  };
}

/** The order of the kinds of columns. */
const KINDS: readonly ColumnKind[] = ['input', 'expected', 'metadata'];

/** The columns as a draft changes them. */
export function columnsOf(draft: Draft, columns: readonly Column[]): Column[] {
  const is = ({ kind, name }: Column, change: ColumnChange) => kind === change.kind && name === change.name;
  const changed = draft.columns.reduce<Column[]>(
    (now, change) => {
      if (change.action === 'add') return [...now, { name: change.name, kind: change.kind, type: 'string' }];
      if (change.action === 'remove') return now.filter((column) => !is(column, change));
      return now.map((column) => (is(column, change) ? { ...column, name: change.to } : column));
    },
    [...columns],
  );
  return changed.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/** What a column holds of a case. */
function heldIn(one: Case, { kind, name }: Column): unknown {
  if (kind === 'expected') return one.expected;
  return kind === 'input' ? one.inputs[name] : one.metadata?.[name];
}

/** The case with what a text stands for in a column; `null` where it should be JSON and is not. */
export function withCell(one: Case, column: Column, text: string): Case | null {
  const before = heldIn(one, column);
  const value = valueOf(text, before);
  if (value === undefined) return null;
  if (column.kind === 'expected') return text === '' ? withoutExpected(one) : { ...one, expected: value };
  if (text === '' && before === undefined) return one;
  const held = column.kind === 'input' ? one.inputs : one.metadata;
  return { ...one, [column.kind === 'input' ? 'inputs' : 'metadata']: { ...held, [column.name]: value } };
}

/** What a case holds in a column, as text. */
export function cellText(one: Case, column: Column): string {
  return valueText(heldIn(one, column));
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
    Array.isArray(draft.columns) &&
    draft.columns.every((change) => typeof change === 'object');
  return isWhole ? (draft as Draft) : null;
}
