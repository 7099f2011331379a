import { expect, it } from 'vitest';
import type { Estimate } from '../../bindings/types';
import { runCost } from './cost';

const estimate = (inputCostUsd: string | null, worstCostUsd: string | null) =>
  ({ inputCostUsd, worstCostUsd }) as Estimate;

it('is the sum over all models, as often as each is asked', () => {
  expect(runCost([estimate('0.000000001', '0.1'), estimate('0.2', '0.25')], 3)).toEqual({
    request: '0.600000003',
    worst: '1.05',
  });
  expect(runCost([estimate('0', '0')], 10)).toEqual({ request: '0', worst: '0' });
});

it('is unknown where that of one model is', () => {
  expect(runCost([estimate('0.1', '0.2'), estimate('0.1', null)], 1)).toEqual({
    request: '0.2',
    worst: null,
  });
  expect(runCost([], 1)).toEqual({ request: null, worst: null });
});
