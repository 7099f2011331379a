import { describe, expect, it } from 'vitest';
import { lineOf, moveOf, pathOf, type Row, rowsOf } from './jsonTree';

const SHUT = new Map<string, boolean>();
const shown = (rows: Row[]) => rows.map((row) => `${'  '.repeat(row.depth)}${pathOf(row)}`);

describe('rowsOf', () => {
  it('opens what is small', () => {
    expect(shown(rowsOf({ a: [1, { 'b c': null }], d: {} }, SHUT))).toEqual([
      '$',
      '  $.a',
      '    $.a[0]',
      '    $.a[1]',
      "      $.a[1]['b c']",
      '  $.d',
    ]);
  });

  it('says where each stands among those beside it', () => {
    const rows = rowsOf({ a: 1, b: 2 }, SHUT);
    expect(rows.map(({ place, of, isOpen }) => [place, of, isOpen])).toEqual([
      [1, 1, true],
      [1, 2, null],
      [2, 2, null],
    ]);
  });

  it('shows a long list in ranges, of which each opens as its own', () => {
    const list = Array.from({ length: 2_500_000 }, (_, at) => at);
    const rows = rowsOf(list, SHUT);
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [0, 2_500_000],
      [0, 1_000_000],
      [1_000_000, 2_000_000],
      [2_000_000, 2_500_000],
    ]);
    const second = rowsOf(list, new Map([[rows[2]?.id ?? '', true]]));
    expect(second).toHaveLength(4 + 1000);
    const third = rowsOf(list, new Map([rows[2], second[3]].map((row) => [row?.id ?? '', true])));
    expect(third).toHaveLength(4 + 2000);
    expect(pathOf(third[4] as Row)).toBe('$[1000000]');
  });

  it('folds a long text to its beginning, and opens it to all of it', () => {
    const text = `one\n${'x'.repeat(500)}`;
    const folded = rowsOf([text], SHUT);
    expect(folded).toHaveLength(2);
    expect(lineOf(text).length).toBeLessThan(100);
    const open = rowsOf([text], new Map([[folded[1]?.id ?? '', true]]));
    expect(open[2]).toMatchObject({ kind: 'text', value: text, depth: 2 });
  });

  it('gives every row an identity of its own', () => {
    const rows = rowsOf({ 'a/b': { c: 1 }, a: { 'b/c': 1, b: { c: 1 } }, '': 1, '/': 2, 'a//b': [1] }, SHUT);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });
});

describe('pathOf', () => {
  it('quotes what is no plain name', () => {
    const rows = rowsOf({ "it's": 1, 'say "x"': 1, a_1: 1, '1a': 1, 'line\n': 1 }, SHUT);
    expect(rows.slice(1).map(pathOf)).toEqual([
      "$['it\\'s']",
      `$['say "x"']`,
      '$.a_1',
      "$['1a']",
      "$['line\\n']",
    ]);
  });
});

describe('moveOf', () => {
  const rows = rowsOf({ a: [1], b: 2 }, SHUT);

  it.each([
    ['ArrowDown', 0, { to: 1 }],
    ['ArrowDown', 3, { to: 3 }],
    ['ArrowUp', 0, { to: 0 }],
    ['ArrowRight', 1, { to: 2 }],
    ['ArrowRight', 3, null],
    ['ArrowLeft', 1, { to: 1, open: false }],
    ['ArrowLeft', 2, { to: 1 }],
    ['ArrowLeft', 3, { to: 0 }],
    ['Home', 3, { to: 0 }],
    ['End', 0, { to: 3 }],
    ['Enter', 1, { to: 1, open: false }],
    [' ', 2, null],
    ['x', 1, null],
  ])('answers %j at row %i', (key, at, move) => {
    expect(moveOf(key, rows, at)).toEqual(move);
  });

  it('opens what is shut', () => {
    expect(moveOf('ArrowRight', rowsOf({ a: [1] }, new Map([['/a', false]])), 1)).toEqual({
      to: 1,
      open: true,
    });
  });
});
