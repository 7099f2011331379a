import { expect, it } from 'vitest';
import type { Estimate } from '../../bindings/types';
import { filled, total } from './estimate';

const estimate: Estimate = {
  model: 'p:m',
  inputTokens: 500,
  messageTokens: [500],
  exact: true,
  contextWindow: 1000,
  inputCostUsd: '0.001',
  worstCostUsd: null,
};

it('a context fills up and over', () => {
  expect(filled(estimate)).toBe(0.5);
  expect(filled({ ...estimate, inputTokens: 4000 })).toBe(4);
  expect(filled({ ...estimate, contextWindow: null })).toBeNull();
});

it('a sum says when a price is missing', () => {
  const unknown = { ...estimate, inputCostUsd: null };
  expect(total([estimate, estimate])).toEqual({ cost: '$0.002', isWhole: true });
  expect(total([estimate, unknown])).toEqual({ cost: '$0.001', isWhole: false });
  expect(total([unknown])).toEqual({ cost: null, isWhole: false });
});
