import type { Execution, ExecutionId } from '../../bindings/types';

/** Which execution is best at what; none where there is nothing to compare or two are equal. */
export interface Best {
  firstToken: ExecutionId | null;
  rate: ExecutionId | null;
  cost: ExecutionId | null;
  latency: ExecutionId | null;
}

type Measure = (execution: Execution) => number | null;

function least(executions: Execution[], measure: Measure): ExecutionId | null {
  const known = executions.flatMap((execution) => {
    const value = execution.status === 'completed' ? measure(execution) : null;
    return value === null ? [] : [{ id: execution.id, value }];
  });
  if (known.length < 2) return null;
  const [first, second] = known.toSorted((a, b) => a.value - b.value);
  return first === undefined || first.value === second?.value ? null : first.id;
}

/** The best of a row of executions, by each figure. */
export function bestOf(executions: Execution[]): Best {
  const negative = (value: number | null) => (value === null ? null : -value);
  return {
    firstToken: least(executions, ({ metrics }) => metrics.firstTokenMs),
    rate: least(executions, ({ metrics }) => negative(metrics.tokensPerSecond)),
    cost: least(executions, ({ metrics }) => (metrics.costUsd === null ? null : Number(metrics.costUsd))),
    latency: least(executions, ({ metrics }) => metrics.latencyMs),
  };
}
