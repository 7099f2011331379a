import { expect, test } from 'vitest';
import { NO_OPTIONS, type RunOptions, countSet, requested } from './options';

test('nothing is set at first', () => {
  expect(countSet(NO_OPTIONS, ['p:m'])).toBe(0);
});

test('what is set is counted, fallbacks only where they are asked', () => {
  const options: RunOptions = { concurrency: 4, failFast: true, onRestart: 'resume', fallbacks: ['a:b'] };
  expect(countSet(options, ['p:m'])).toBe(4);
  expect(countSet(options, ['p:m', 'p:n'])).toBe(3);
});

test('a run of several models is sent without fallbacks', () => {
  const options = { ...NO_OPTIONS, fallbacks: ['a:b'] };
  expect(requested(options, ['p:m']).fallbacks).toEqual(['a:b']);
  expect(requested(options, ['p:m', 'p:n']).fallbacks).toEqual([]);
});

test('the model of a run is not its own fallback', () => {
  const options = { ...NO_OPTIONS, fallbacks: ['a:b', 'p:m'] };
  expect(requested(options, ['p:m']).fallbacks).toEqual(['a:b']);
  expect(countSet({ ...NO_OPTIONS, fallbacks: ['p:m'] }, ['p:m'])).toBe(0);
});
