import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Event, Execution, Run, RunDetail } from '../../bindings/types';
import { gather, tellDetails, withNews } from './told';

const run = (id: string, part: Partial<Run> = {}) => ({ id, status: 'running', ...part }) as Run;

const execution = (id: string, repeat: number, part: Partial<Execution> = {}) =>
  ({ id, runId: 'r', variant: 0, case: 0, repeat, generation: 0, status: 'pending', ...part }) as Execution;

const updated = (now: Execution): Event => ({ seq: 0, kind: 'execution.updated', execution: now });

const byId = (...executions: Execution[]) => new Map(executions.map((one) => [one.id, one]));

/** What is known of a run, and how often that is written. */
function world(executions: Execution[]) {
  const queries = new QueryClient();
  const queryKey = ['run', 'r'];
  queries.setQueryData<RunDetail>(queryKey, { run: run('r'), executions, stalled: false });
  let writes = 0;
  queries.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success') writes += 1;
  });
  return { queries, known: () => queries.getQueryData<RunDetail>(queryKey), writes: () => writes };
}

describe('what is told of runs', () => {
  it('is written once, however many executions a batch is about', () => {
    const before = Array.from({ length: 1000 }, (_, at) => execution(`e${at}`, at));
    const { queries, known, writes } = world(before);
    const events = before.flatMap((one) => [
      updated({ ...one, status: 'running' }),
      updated({ ...one, status: 'completed' }),
    ]);
    tellDetails(
      queries,
      gather([...events, { seq: 0, kind: 'run.updated', run: run('r', { status: 'completed' }) }]),
    );
    expect(writes()).toBe(1);
    expect(known()?.run.status).toBe('completed');
    expect(new Set(known()?.executions.map(({ status }) => status))).toEqual(new Set(['completed']));
  });

  it('goes to the run that it is about', () => {
    const { queries, known, writes } = world([execution('e', 0)]);
    tellDetails(queries, gather([updated(execution('f', 0, { runId: 'other', status: 'running' }))]));
    expect(writes()).toBe(0);
    expect(known()?.executions[0]?.status).toBe('pending');
  });

  it('leaves what it is not about as it is', () => {
    const [first, second] = [execution('e', 0), execution('f', 1)];
    const now = execution('f', 1, { status: 'running' });
    const after = withNews([first, second], byId(now));
    expect(after[0]).toBe(first);
    expect(after[1]).toBe(now);
  });

  it('puts a retry in the place of what failed, and takes no older word for it', () => {
    const failed = execution('e', 0, { status: 'failed' });
    const again = execution('e2', 0, { generation: 1 });
    const third = execution('e3', 0, { generation: 2 });
    expect(withNews([failed], byId(third, again))).toEqual([third]);
    expect(withNews([again], byId(failed))).toEqual([again]);
    expect(withNews([failed], byId({ ...failed, status: 'cancelled' }, again))).toEqual([again]);
  });
});
