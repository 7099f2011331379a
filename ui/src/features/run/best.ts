import type { Execution, ExecutionId, Metrics } from '../../bindings/types';

/** The best of a row at one thing, and how near the next came. */
export interface Winner {
  readonly id: ExecutionId;
  readonly value: number;
  readonly next: number;
}

/** Which execution is best at what; none where there is nothing to compare or two are equal. */
export interface Best {
  readonly firstToken: Winner | null;
  readonly rate: Winner | null;
  readonly cost: Winner | null;
  readonly latency: Winner | null;
}

type Measure = (metrics: Metrics) => number | null;

function winner(executions: Execution[], measure: Measure, order: 'least' | 'most'): Winner | null {
  const known = executions.flatMap(({ id, status, metrics }) => {
    const value = status === 'completed' ? measure(metrics) : null;
    return value === null ? [] : [{ id, value }];
  });
  const [first, second] = known.toSorted((a, b) =>
    order === 'least' ? a.value - b.value : b.value - a.value,
  );
  if (first === undefined || second === undefined || first.value === second.value) return null;
  return { ...first, next: second.value };
}

/** The best of a row of executions, by each figure. */
export function bestOf(executions: Execution[]): Best {
  return {
    firstToken: winner(executions, ({ firstTokenMs }) => firstTokenMs, 'least'),
    rate: winner(executions, ({ tokensPerSecond }) => tokensPerSecond, 'most'),
    cost: winner(executions, ({ costUsd }) => (costUsd === null ? null : Number(costUsd)), 'least'),
    latency: winner(executions, ({ latencyMs }) => latencyMs, 'least'),
  };
}
