import { expect, test } from 'vitest';
import type { Case } from '../../bindings/types';
import {
  changesOf,
  columnsOf,
  readDraft,
  rowsOf,
  toRequest,
  unchanged,
  valueOf,
  withCell,
  withColumn,
  withoutRow,
  withRow,
} from './draft';

const cases: Case[] = [0, 1, 2].map((position) => ({ position, inputs: { n: position } }));

test('rows are changed, added and removed until they are saved as one version', () => {
  const row = (position: number) => ({ case: { position, inputs: { n: position } }, added: null });
  let draft = withRow(unchanged(4), row(0), { position: 0, inputs: { n: 'zero' } });
  draft = withRow(draft, null, { position: 0, inputs: { n: 'new' } });
  draft = withRow(draft, null, { position: 0, inputs: { n: 'newer' } });
  draft = withoutRow(draft, row(2));
  expect(changesOf(draft)).toBe(4);
  expect(rowsOf(draft, cases).map((row) => row.case.inputs['n'])).toEqual(['new', 'newer', 'zero', 1]);

  const added = { case: { position: 0, inputs: {} }, added: 0 };
  draft = withoutRow(draft, added);
  draft = withRow(draft, added, { position: 0, inputs: { n: 'last' } });
  expect(toRequest('dst', draft, 'why')).toEqual({
    id: 'dst',
    base: 4,
    note: 'why',
    columns: [],
    replaced: [{ position: 0, case: { position: 0, inputs: { n: 'zero' } } }],
    removed: [2],
    inserted: [{ cases: [{ position: 0, inputs: { n: 'last' } }] }],
  });
  expect(withoutRow(draft, row(0)).replaced).toEqual({});
});

test('columns are renamed and removed in every row, also in one that was changed before', () => {
  const row = { case: { position: 0, inputs: { n: 0 } }, added: null };
  let draft = withRow(unchanged(4), row, { position: 0, inputs: { n: 'zero', m: 1 } });
  draft = withRow(draft, null, { position: 0, inputs: { n: 'new' } });
  draft = withColumn(draft, { action: 'rename', kind: 'input', name: 'n', to: 'number' });
  draft = withColumn(draft, { action: 'remove', kind: 'input', name: 'm' });
  expect(rowsOf(draft, cases).map((one) => one.case.inputs)).toEqual([
    { number: 'new' },
    { number: 'zero' },
    { number: 1 },
    { number: 2 },
  ]);
  const column = (name: string, kind: 'input' | 'expected' = 'input') =>
    ({ name, kind, type: 'string' }) as const;
  const known = [column('n'), column('m'), column('expected', 'expected')];
  draft = withColumn(draft, { action: 'add', kind: 'input', name: 'more' });
  expect(columnsOf(draft, known).map(({ name }) => name)).toEqual(['number', 'more', 'expected']);
  const asked = toRequest('dst', draft, '');
  expect(asked.columns?.map(({ action }) => action)).toEqual(['rename', 'remove', 'add']);
  expect(asked.replaced?.[0]?.case.inputs).toEqual({ number: 'zero' });
  const gone = withColumn(draft, { action: 'remove', kind: 'expected', name: 'expected' });
  expect(rowsOf(gone, [{ position: 7, inputs: {}, expected: 'x' }]).at(-1)?.case).toEqual({
    position: 7,
    inputs: {},
  });
});

test('a cell takes what is typed in the type that it had', () => {
  const one: Case = { position: 0, inputs: { n: 1 }, expected: 'x' };
  const n = { name: 'n', kind: 'input', type: 'number' } as const;
  expect(withCell(one, n, '2')?.inputs).toEqual({ n: 2 });
  expect(withCell(one, n, '{')).toBeNull();
  expect(withCell(one, { ...n, name: 'other' }, '')).toBe(one);
  const expected = { name: 'expected', kind: 'expected', type: 'string' } as const;
  expect(withCell(one, expected, '')).toEqual({ position: 0, inputs: { n: 1 } });
  const field = { name: 'source', kind: 'metadata', type: 'string' } as const;
  expect(withCell(one, field, 'page 4')?.metadata).toEqual({ source: 'page 4' });
});

test('a text stays a text, and what was JSON must be JSON again', () => {
  expect(valueOf('12', 'x')).toBe('12');
  expect(valueOf('12', undefined)).toBe('12');
  expect(valueOf('12', 3)).toBe(12);
  expect(valueOf('{', { a: 1 })).toBeUndefined();
  expect(valueOf('{"a":1}', { a: 1 })).toEqual({ a: 1 });
});

test('what is kept and is no draft is left alone', () => {
  expect(readDraft(null)).toBeNull();
  expect(readDraft({ base: 1 })).toBeNull();
  expect(readDraft(unchanged(2))).toEqual(unchanged(2));
});
