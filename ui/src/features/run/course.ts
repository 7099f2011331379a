import type { ErrorClass, Execution, FailureCount, Run } from '../../bindings/types';

/** Whether nothing more will happen to a run. */
export function isOver({ status }: Run): boolean {
  return status === 'completed' || status === 'cancelled';
}

/** Whether a run has so many executions that its columns do not show how far it is. */
export function isLong({ progress, variants }: Run): boolean {
  return progress.total > variants.length;
}

/** The kinds of failure with how many executions have each, the most frequent first. */
export function failuresOf(executions: readonly Execution[]): FailureCount[] {
  const kinds = new Map<ErrorClass, number>();
  for (const { status, failure } of executions) {
    if (status === 'failed' && failure !== null)
      kinds.set(failure.class, (kinds.get(failure.class) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => ({ class: kind, count })).sort((a, b) => b.count - a.count);
}

/** When so much of a run had ended, in milliseconds. */
export interface Mark {
  readonly at: number;
  readonly ended: number;
}

/** The stretch of time that a rate is taken from, in milliseconds. */
const STRETCH = 30_000;

/** The marks that a rate is taken from once there is a new one. */
export function withMark(marks: readonly Mark[], next: Mark): readonly Mark[] {
  const young = marks.filter(({ at }) => next.at - at <= STRETCH);
  // The youngest of the old ones keeps the stretch whole.
  const edge = marks.findLast(({ at }) => next.at - at > STRETCH);
  return [...(edge === undefined ? [] : [edge]), ...young, next];
}

/** Executions that end in a second, of late; `null` where that is not known. */
export function rateOf(marks: readonly Mark[]): number | null {
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at || last.ended <= first.ended)
    return null;
  return ((last.ended - first.ended) / (last.at - first.at)) * 1000;
}
