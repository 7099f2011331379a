import { describe, expect, it } from 'vitest';
import { splitLines } from './chunks';

const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}\n`).join('');

describe('splitLines', () => {
  it.each([
    ['', 0],
    ['short', 1],
    [lines(20_000), 12],
    ['x'.repeat(100_000), 4],
    ['😀'.repeat(60_000) + '\n', 4],
  ])('makes pieces that are the text again', (text, count) => {
    const pieces = splitLines(text);
    expect(pieces.join('')).toBe(text);
    expect(pieces).toHaveLength(count);
  });

  it('ends a piece with its line, and cuts no character in two', () => {
    const [first] = splitLines(lines(20_000));
    expect(first?.endsWith('\n')).toBe(true);
    // Half a character cannot be encoded.
    for (const piece of splitLines('a' + '😀'.repeat(60_000)))
      expect(() => encodeURIComponent(piece)).not.toThrow();
  });

  it('changes only the last piece where text grows', () => {
    const text = lines(20_000);
    const before = splitLines(text);
    const after = splitLines(text + lines(20_000));
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });
});
