import type { Estimate } from '../../bindings/types';

/** What a run of some requests costs: the requests alone, and at most. Nothing where some model's is unknown. */
export interface RunCost {
  readonly request: string | null;
  readonly worst: string | null;
}

/** The cost of a run that asks each model this often. */
export function runCost(estimates: readonly Estimate[], repeats: number): RunCost {
  const sum = (of: (estimate: Estimate) => string | null): string | null => {
    const costs = estimates.map(of);
    if (costs.length === 0 || costs.includes(null)) return null;
    const nanos = costs.reduce((sum, cost) => sum + Math.round(Number(cost) * 1e9), 0) * repeats;
    return (nanos / 1e9).toFixed(9).replace(/\.?0+$/, '');
  };
  return { request: sum((of) => of.inputCostUsd), worst: sum((of) => of.worstCostUsd) };
}
