import type { CellFigures, Execution, GridRow } from '../../bindings/types';

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

/** The share of the cells that were checked which pass, from 0 to 1; none where nothing was checked. */
export function passRateOf({ checked, passed }: CellFigures): number | null {
  return checked === 0 ? null : passed / checked;
}
