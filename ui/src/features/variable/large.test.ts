import { expect, it } from 'vitest';
import { firstLines, isLargeText, linesOf, sizeOf } from './large';

it('a long text is told by its size, its lines and its beginning', () => {
  const text = 'größe\n'.repeat(10_000);
  expect(isLargeText(text)).toBe(true);
  expect(linesOf(text)).toBe(10_001);
  expect(sizeOf(text)).toBe(80_000);
  expect(firstLines(text)).toBe('größe\ngröße\ngröße\ngröße');
  expect(firstLines('x'.repeat(5000))).toBe(`${'x'.repeat(200)}…`);
});

it('what fits a field is not large', () => {
  expect(isLargeText('x'.repeat(20_000))).toBe(false);
});
