import { expect, test } from 'vitest';
import { NO_OPTIONS, type RunOptions, countSet, requested } from './options';

test('nothing is set at first', () => {
  expect(countSet(NO_OPTIONS, true)).toBe(0);
});

test('what is set is counted, fallbacks only where they are asked', () => {
  const options: RunOptions = { concurrency: 4, failFast: true, onRestart: 'resume', fallbacks: ['a:b'] };
  expect(countSet(options, true)).toBe(4);
  expect(countSet(options, false)).toBe(3);
});

test('a run of several models is sent without fallbacks', () => {
  const options = { ...NO_OPTIONS, fallbacks: ['a:b'] };
  expect(requested(options, 1).fallbacks).toEqual(['a:b']);
  expect(requested(options, 2).fallbacks).toEqual([]);
});
