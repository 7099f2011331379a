import { expect, it } from 'vitest';
import type { Segment } from '../../bindings/types';
import { looksSame, piecesOf, segmentText, variableOf } from './pieces';

const source = { line: 1, column: 1, endLine: 1, endColumn: 1 };
const literal = (text: string): Segment => ({ kind: 'literal', text, source });
const value = (text: string, path: string): Segment => ({ kind: 'value', text, path, source });
const textOf = (segments: readonly Segment[]) => segments.map(segmentText).join('');

it('a long text falls in pieces at the ends of lines, and nothing of it is lost', () => {
  const lines = Array.from({ length: 205 }, (_, line) => `line ${line}\n`);
  const segments = [
    literal(lines.slice(0, 50).join('')),
    value('', 'empty'),
    literal(lines.slice(50).join('')),
    value('end', 'x'),
  ];
  const pieces = piecesOf(segments);
  expect(pieces.length).toBeGreaterThan(4);
  expect(pieces.map((piece) => textOf(piece.segments)).join('')).toBe(textOf(segments));
  for (const piece of pieces.slice(0, -1)) expect(textOf(piece.segments)).toMatch(/\n$/);
  expect(
    pieces.flatMap((piece) => piece.segments).filter((segment) => segmentText(segment) === ''),
  ).toHaveLength(1);
});

it('a text that nobody broke into lines is one piece', () => {
  expect(piecesOf([literal('x'.repeat(100_000))])).toHaveLength(1);
});

it('a change draws the pieces anew that it is in', () => {
  const text = (word: string) => piecesOf([literal(`${'a\n'.repeat(60)}${word}\n${'b\n'.repeat(60)}`)]);
  const [before, after] = [text('one'), text('two')];
  expect(before.map((piece, index) => looksSame(piece, after[index] ?? piece))).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

it.each([
  ['user.name', 'user'],
  ['files.0.path', 'files'],
  ['text', 'text'],
  ['@context.user', null],
  ['@index', null],
  ['', null],
])('the value of %j is entered as %j', (path, name) => {
  expect(variableOf(path)).toBe(name);
});
