import { expect, test } from 'vitest';
import type { Rating } from '../../bindings/types';
import { markOf, ratingsOf } from './mark';
import { gridRating, ratingOfKeys } from './shortcuts';

const rating = (part: Partial<Rating>) =>
  ({ executionId: 'exe_1', ratedBy: 'act_1', note: '', ...part }) as Rating;
const one = [{ id: 'exe_1' }];

test('a cell says at a glance what people say of it, and where they do not agree', () => {
  expect(markOf([], one)).toBeNull();
  expect(markOf([rating({ executionId: 'exe_2', verdict: 'pass' })], one)).toBeNull();
  expect(markOf([rating({ verdict: 'pass' })], one)).toBe('pass');
  expect(markOf([rating({ note: 'odd' })], one)).toBe('noted');
  expect(markOf([rating({ verdict: 'pass' }), rating({ verdict: 'fail', ratedBy: 'act_2' })], one)).toBe(
    'mixed',
  );
});

test('the own rating is told from those of others', () => {
  const ratings = [rating({ verdict: 'pass' }), rating({ verdict: 'fail', ratedBy: 'act_2' })];
  const { own, others } = ratingsOf({ me: 'act_2', ratings }, 'exe_1');
  expect(own?.verdict).toBe('fail');
  expect(others.map(({ ratedBy }) => ratedBy)).toEqual(['act_1']);
});

test('keys rate an answer with Alt everywhere, and alone only where a grid asks', () => {
  const pressed = { code: 'KeyY', altKey: true, shiftKey: false, ctrlKey: false, metaKey: false };
  expect(ratingOfKeys(pressed)).toEqual({ verdict: 'pass' });
  expect(ratingOfKeys({ ...pressed, altKey: false })).toBeUndefined();
  expect(ratingOfKeys({ ...pressed, code: 'Digit0' })).toBeNull();
  expect(ratingOfKeys({ ...pressed, code: 'Digit1' })).toBeUndefined();
  expect(gridRating('x')).toEqual({ verdict: 'fail' });
  expect(gridRating('d')).toBeUndefined();
});
