import { expect, test } from 'vitest';
import type { BlindPair, BlindSide } from '../../bindings/types';
import { chosen, courseOf, decidedOf, undone } from './course';
import { readBlindSearch } from './search';

const pairs = (...choices: (BlindSide | null)[]) => choices.map((choice) => ({ choice }) as BlindPair);

test('one begins where nothing is said yet, and goes on behind what is decided', () => {
  const start = courseOf(pairs('left', null, 'same', null));
  expect(start.at).toBe(1);
  const second = chosen(start, 'right');
  expect([second.at, decidedOf(second)]).toEqual([3, 3]);
  expect(chosen(second, 'left').at).toBe(4);
});

test('a pair that is skipped stays open, and undoing comes back to it', () => {
  const skipped = chosen(courseOf(pairs(null, null)), null);
  expect([skipped.at, decidedOf(skipped)]).toEqual([1, 0]);
  const decided = chosen(skipped, 'same');
  const back = undone(decided);
  expect([back?.at, back?.choices]).toEqual([1, [null, null]]);
  expect(undone(back ?? decided)?.at).toBe(0);
  expect(undone(courseOf(pairs(null)))).toBeNull();
});

test('what is all decided is at its end, and an address of nonsense is none', () => {
  expect(courseOf(pairs('left', 'same')).at).toBe(2);
  expect(readBlindSearch({ one: -1, other: 1, seed: '7', x: 2 })).toEqual({ other: 1 });
});
