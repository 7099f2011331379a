import { describe, expect, it } from 'vitest';
import { replacement, withPlainBreaks } from './change';

describe('the smallest replacement', () => {
  it.each([
    ['same', 'same'],
    ['', 'new'],
    ['gone', ''],
    ['a name b', 'a title b'],
    ['aaa', 'aa'],
    ['aa', 'aaa'],
    ['abab', 'ab'],
  ])('turns %j into %j', (now, next) => {
    const { from, to, insert } = replacement(now, next);
    expect(now.slice(0, from) + insert + now.slice(to)).toBe(next);
    expect(from).toBeLessThanOrEqual(to);
  });

  it('leaves what is the same on both sides alone', () => {
    expect(replacement('a name b', 'a title b')).toEqual({ from: 2, to: 5, insert: 'titl' });
  });
});

it('line breaks of any kind become plain ones', () => {
  expect(withPlainBreaks('a\r\nb\rc\nd')).toBe('a\nb\nc\nd');
});
