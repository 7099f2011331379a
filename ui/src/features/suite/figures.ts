import type { Execution, GridRow } from '../../bindings/types';

/** What came of a cell: whether its answer holds, or that it has none yet or nothing is asked of it. */
export type CellVerdict = 'pass' | 'fail' | 'unchecked' | 'failed' | 'cancelled' | 'waiting';

/** What came of an execution, for its cell. */
export function verdictOf({ status, validationStatus }: Execution): CellVerdict {
  if (status === 'pending' || status === 'running') return 'waiting';
  if (status === 'failed' || status === 'cancelled') return status;
  // It waits to be held against the other answers to its case.
  if (validationStatus === 'pending') return 'waiting';
  if (validationStatus === 'failed') return 'fail';
  return validationStatus === 'passed' ? 'pass' : 'unchecked';
}

/** The names of the rules that do not hold. */
export function brokenRules({ validations }: Execution): string[] {
  return validations.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name);
}

const cells = new WeakMap<GridRow, readonly (readonly Execution[])[]>();

/** The executions of a row by column, by repeat. */
export function cellsOf(row: GridRow, columns: number): readonly (readonly Execution[])[] {
  const known = cells.get(row);
  if (known !== undefined) return known;
  const found: Execution[][] = Array.from({ length: columns }, () => []);
  for (const execution of row.cells) found[execution.variant]?.push(execution);
  cells.set(row, found);
  return found;
}

const RANK: Record<CellVerdict, number> = {
  failed: 0,
  fail: 1,
  cancelled: 2,
  waiting: 3,
  pass: 4,
  unchecked: 5,
};

/** The execution that a cell shows: of one repeat, or of all of them the one that went worst. */
export function shownOf(repeats: readonly Execution[], repeat: number | null): Execution | undefined {
  if (repeat !== null) return repeats.find((execution) => execution.repeat === repeat);
  return repeats.toSorted((a, b) => RANK[verdictOf(a)] - RANK[verdictOf(b)])[0];
}

/** What many executions come to. Those that have not ended count for nothing. */
export interface Figures {
  readonly ended: number;
  /** How many answers were held against rules, or failed. */
  readonly checked: number;
  readonly passed: number;
  /** From 0 to 1; none where nothing was checked. */
  readonly passRate: number | null;
  /** The mean score, from 0 to 1; none where there are none. */
  readonly score: number | null;
  /** In dollars. */
  readonly cost: number;
  /** How long those that completed took, in milliseconds, shortest first. */
  readonly latencies: readonly number[];
}

export function figuresOf(executions: readonly Execution[]): Figures {
  let [ended, checked, passed, cost, scored, scores] = [0, 0, 0, 0, 0, 0];
  const latencies: number[] = [];
  for (const execution of executions) {
    const verdict = verdictOf(execution);
    if (verdict === 'waiting') continue;
    ended += 1;
    if (verdict !== 'unchecked' && verdict !== 'cancelled') checked += 1;
    if (verdict === 'pass') passed += 1;
    if (execution.score != null) {
      scored += 1;
      scores += execution.score;
    }
    cost += Number(execution.metrics.costUsd ?? 0);
    const { latencyMs } = execution.metrics;
    if (execution.status === 'completed' && latencyMs !== null) latencies.push(latencyMs);
  }
  return {
    ended,
    checked,
    passed,
    passRate: checked === 0 ? null : passed / checked,
    score: scored === 0 ? null : scores / scored,
    cost,
    latencies: latencies.sort((a, b) => a - b),
  };
}

/** The value that this share, from 0 to 1, of sorted ones does not pass; none where there are none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** How many of sorted values lie in each of equal parts between the least and the greatest. */
export function histogram(sorted: readonly number[], parts: number): number[] {
  const counts = Array.from({ length: parts }, () => 0);
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  for (const value of sorted) {
    const part = most === least ? 0 : Math.floor(((value - least) / (most - least)) * parts);
    const at = Math.min(parts - 1, part);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/** Where a share that was seen in so many lies with 95 %, by Wilson. */
export function interval(passed: number, all: number): readonly [low: number, high: number] {
  if (all === 0) return [0, 1];
  const z = 1.959964;
  const share = passed / all;
  const middle = share + (z * z) / (2 * all);
  const around = z * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all));
  const whole = 1 + (z * z) / all;
  return [Math.max(0, (middle - around) / whole), Math.min(1, (middle + around) / whole)];
}
