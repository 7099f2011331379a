import { describe, expect, it } from 'vitest';
import { LEAST_WIDTH, MOST_WIDTH, toWidths, widthAfter, widthsFor, withWidth } from './widths';

describe('widths', () => {
  it('hold while the models stay, and no longer', () => {
    const widths = withWidth(widthsFor({ models: [], widths: {} }, ['a', 'b']), 0, 500);
    expect(widthsFor(widths, ['a', 'b'])).toBe(widths);
    expect(widthsFor(widths, ['b', 'a'])).toEqual({ models: ['b', 'a'], widths: {} });
    expect(withWidth(widths, 0, null)).toEqual({ models: ['a', 'b'], widths: {} });
  });

  it('are never too narrow and never too wide', () => {
    const { widths } = withWidth(withWidth({ models: ['a', 'b'], widths: {} }, 0, 10), 1, 99_999);
    expect(widths).toEqual({ 0: LEAST_WIDTH, 1: MOST_WIDTH });
  });

  it.each([
    ['ArrowLeft', false, 484],
    ['ArrowRight', true, 596],
    ['Home', false, LEAST_WIDTH],
    ['Enter', false, null],
    ['a', false, undefined],
  ])('are changed by %s', (key, isLarge, width) => {
    expect(widthAfter(key, isLarge, 500)).toBe(width);
  });

  it.each([
    [null, {}],
    [{ models: 'a', widths: {} }, {}],
    [{ models: ['a'], widths: { 0: 1, 1: 'x' } }, { 0: LEAST_WIDTH }],
  ])('are what can be made of %j', (remembered, widths) => {
    expect(toWidths(remembered).widths).toEqual(widths);
  });
});
