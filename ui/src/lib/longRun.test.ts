import { expect, it } from 'vitest';
import type { Run } from '../bindings/types';
import { tookLong } from './longRun';

const run = (part: Partial<Run>): Run =>
  ({
    status: 'completed',
    createdAt: '2026-11-26T10:00:00Z',
    completedAt: '2026-11-26T10:00:11Z',
    ...part,
  }) as Run;

it('a run that took more than ten seconds was long', () => {
  expect(tookLong(run({}))).toBe(true);
  expect(tookLong(run({ completedAt: '2026-11-26T10:00:10Z' }))).toBe(false);
});

it('what was cancelled, or has no end yet, was not', () => {
  expect(tookLong(run({ status: 'cancelled' }))).toBe(false);
  expect(tookLong(run({ status: 'running', completedAt: null }))).toBe(false);
});
