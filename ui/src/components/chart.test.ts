import { describe, expect, it } from 'vitest';
import { ceiling, linePath, nearest } from './chart';

describe('a line chart', () => {
  it('ends its axis with a round number that holds everything', () => {
    const cases = [
      [0, 1],
      [0.4, 0.5],
      [1, 1],
      [3, 5],
      [5, 5],
      [17, 20],
      [501, 1000],
      [1000, 1000],
    ] as const;
    for (const [value, end] of cases) expect(ceiling(value)).toBeCloseTo(end);
  });

  it('breaks its line where a value is missing, and shows one that stands alone', () => {
    const times = [0, 10, 20, 30, 40];
    expect(linePath(times, [0, 5, null, 10, null], [0, 40], 10)).toBe('M0 100L150 50M450 0h0');
    expect(linePath(times, [1, 1, 1, 1, 1], [20, 40], 1)).toBe('M0 0L300 0L600 0');
    expect(linePath([], [], [0, 1], 1)).toBe('');
  });

  it('reads the moment that is nearest to the pointer', () => {
    const times = [0, 10, 40];
    expect([0, 0.2, 0.9].map((place) => nearest(times, [0, 40], place))).toEqual([0, 1, 2]);
  });
});
