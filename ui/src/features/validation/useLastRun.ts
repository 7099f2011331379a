import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Execution } from '../../bindings/types';
import { newestRunQuery, runQuery } from '../run/queries';
import { type LastVerdicts, NO_VERDICTS } from './around';

/** What came of each validation in the newest run of a prompt, by its name. */
export function useLastRun(promptId: string | null): ReadonlyMap<string, LastVerdicts> {
  const newest = useQuery({ ...newestRunQuery(promptId ?? ''), enabled: promptId !== null });
  const id = newest.data?.items[0]?.id;
  const run = useQuery({ ...runQuery(id ?? ''), enabled: id !== undefined });
  const executions = run.data?.executions;
  return useMemo(() => (executions === undefined ? NO_VERDICTS : verdictsOf(executions)), [executions]);
}

/** How often each validation failed or was not decided, by its name. */
export function verdictsOf(executions: readonly Execution[]): ReadonlyMap<string, LastVerdicts> {
  const found = new Map<string, LastVerdicts>();
  for (const { name, verdict } of executions.flatMap(({ validations }) => validations)) {
    const { failed, undecided, of } = found.get(name) ?? { failed: 0, undecided: 0, of: 0 };
    found.set(name, {
      failed: failed + (verdict === 'fail' ? 1 : 0),
      undecided: undecided + (verdict === 'error' ? 1 : 0),
      of: of + 1,
    });
  }
  return found;
}

/** How many validations did not always hold. */
export function unheld(verdicts: ReadonlyMap<string, LastVerdicts>): number {
  return [...verdicts.values()].filter(({ failed, undecided }) => failed + undecided > 0).length;
}
