import type { Estimate } from '../../bindings/types';
import { dollars } from '../../lib/format';

/** The share of a context that a request fills, more than 1 where it is too long; nothing where its size is unknown. */
export function filled({ inputTokens, contextWindow }: Estimate): number | null {
  return contextWindow === null || contextWindow === 0 ? null : inputTokens / contextWindow;
}

/** What the requests cost on all models together, and whether some price is unknown. */
export function total(estimates: readonly Estimate[]): {
  readonly cost: string | null;
  readonly isWhole: boolean;
} {
  const known = estimates.flatMap(({ inputCostUsd }) =>
    inputCostUsd === null ? [] : [Number(inputCostUsd)],
  );
  const sum = known.reduce((sum, cost) => sum + cost, 0);
  return {
    cost: known.length === 0 ? null : dollars(String(sum)),
    isWhole: known.length === estimates.length,
  };
}
