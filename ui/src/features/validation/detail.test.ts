import { expect, test } from 'vitest';
import { detailOf, isEmpty, score } from './detail';

test('what a rule found is sorted by how it is shown', () => {
  const groups = detailOf({ groups: { number: '12' }, match: 'Order 12', start: 3 });
  expect(groups).toMatchObject({
    groups: [['number', '12']],
    match: { text: 'Order 12', start: 3 },
    rest: null,
  });
  expect(detailOf({ mismatches: [{ path: '/a', message: 'no' }] })?.mismatches).toHaveLength(1);
  expect(detailOf({ pass: true, score: 1, reason: 'polite' })).toMatchObject({
    reason: 'polite',
    rest: null,
  });
  expect(detailOf({ namedScores: { tone: 0.333 }, other: 1 })).toMatchObject({
    scores: [['tone', '0.33']],
    rest: { other: 1 },
  });
});

test('what the result says already is no detail', () => {
  const told = detailOf({ pass: false, score: 0 });
  expect(told !== null && isEmpty(told)).toBe(true);
  expect(detailOf(null)).toBeNull();
});

test('a score has two digits at most', () => {
  expect([1, 0.825, 0, 2 / 3].map(score)).toEqual(['1', '0.83', '0', '0.67']);
});
