import { describe, expect, it } from 'vitest';
import type { Execution, Metrics } from '../../bindings/types';
import { bestOf } from './best';

function execution(
  id: string,
  metrics: Partial<Metrics>,
  status: Execution['status'] = 'completed',
): Execution {
  return { id, status, metrics } as unknown as Execution;
}

describe('bestOf', () => {
  it('marks the least time and cost and the greatest rate of those that are done', () => {
    const best = bestOf([
      execution('a', { firstTokenMs: 10, tokensPerSecond: 50, costUsd: '0.02', latencyMs: 900 }),
      execution('b', { firstTokenMs: 30, tokensPerSecond: 90, costUsd: '0.1', latencyMs: 700 }),
      execution('c', { firstTokenMs: 1, tokensPerSecond: 999, costUsd: '0', latencyMs: 1 }, 'failed'),
    ]);
    expect(best).toEqual({
      firstToken: { id: 'a', value: 10, next: 30 },
      rate: { id: 'b', value: 90, next: 50 },
      cost: { id: 'a', value: 0.02, next: 0.1 },
      latency: { id: 'b', value: 700, next: 900 },
    });
  });

  it('marks nothing where there is nothing to compare', () => {
    const alone = [execution('a', { latencyMs: 5 })];
    const equal = [execution('a', { latencyMs: 5 }), execution('b', { latencyMs: 5 })];
    expect([bestOf(alone).latency, bestOf(equal).latency]).toEqual([null, null]);
  });
});
