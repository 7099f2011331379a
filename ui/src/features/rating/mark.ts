import type { Execution, Rating } from '../../bindings/types';

/** What people say of an answer at a glance. */
export type Mark = 'pass' | 'fail' | 'mixed' | 'noted';

/** What people say of these executions at a glance; `null` where nobody has rated one. */
export function markOf(
  ratings: readonly Rating[],
  executions: readonly Pick<Execution, 'id'>[],
): Mark | null {
  const own = ratings.filter(({ executionId }) => executions.some(({ id }) => id === executionId));
  if (own.length === 0) return null;
  const verdicts = new Set(own.flatMap(({ verdict }) => verdict ?? []));
  const [only] = verdicts;
  if (verdicts.size > 1) return 'mixed';
  return only ?? 'noted';
}

/** The own rating of an answer, and those of others. */
export function ratingsOf(
  { me, ratings }: { me: string; ratings: readonly Rating[] },
  execution: string,
): { own: Rating | undefined; others: readonly Rating[] } {
  const all = ratings.filter(({ executionId }) => executionId === execution);
  return {
    own: all.find(({ ratedBy }) => ratedBy === me),
    others: all.filter(({ ratedBy }) => ratedBy !== me),
  };
}
