import { expect, test } from 'vitest';
import type { Case } from '../../bindings/types';
import { changesOf, readDraft, rowsOf, toRequest, unchanged, valueOf, withoutRow, withRow } from './draft';

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
