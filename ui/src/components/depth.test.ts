import { describe, expect, it } from 'vitest';
import { isTooDeep, MOST_DEEP } from './depth';

describe('isTooDeep', () => {
  it.each(['>', '> ', '- ', '1. ', '> - ', '\t* '])('finds %j again and again', (mark) => {
    expect(isTooDeep(`text\n${mark.repeat(MOST_DEEP + 1)}a\n`)).toBe(true);
  });

  it.each([
    ['a few of them', '> > - 1. a'],
    ['many lines of them', '> a\n'.repeat(1000)],
    ['a long rule', `${'-'.repeat(200)}\n${'*'.repeat(200)}`],
    ['marks within a line', `a ${'> '.repeat(100)}`],
  ])('is at ease with %s', (_, markdown) => {
    expect(isTooDeep(markdown)).toBe(false);
  });
});
