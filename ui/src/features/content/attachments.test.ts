import { describe, expect, it } from 'vitest';
import type { Attachment } from '../../bindings/types';
import { fileName, isPicture, refusal } from './attachments';

/** A file of which only name and size are looked at. */
const file = (name: string, size: number): File =>
  Object.defineProperty(new File([], name), 'size', { value: size });

describe('refusal', () => {
  it('says which file is too large or empty before it is read', () => {
    expect(refusal([file('a.png', 20_000_000)], 0)).toBeNull();
    expect(refusal([file('a.png', 1), file('b.pdf', 20_000_001)], 0)).toContain('`b.pdf`');
    expect(refusal([file('c.txt', 0)], 0)).toContain('`c.txt`');
  });

  it('counts what is attached already', () => {
    expect(refusal([file('a', 1)], 15)).toBeNull();
    expect(refusal([file('a', 1)], 16)).toContain('16');
  });
});

it('a file is called by its name alone', () => {
  expect(fileName('C:\\pictures\\a.png')).toBe('a.png');
  expect(fileName('a/b/c.png')).toBe('c.png');
});

it('an SVG is no picture here: it is a document that could hold more', () => {
  const of = (mediaType: string): Attachment => ({ name: 'a', mediaType, hash: 'att_', bytes: 1 });
  expect([of('image/png'), of('image/svg+xml'), of('application/pdf')].map(isPicture)).toEqual([
    true,
    false,
    false,
  ]);
});
