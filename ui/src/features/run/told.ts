import type { QueryClient } from '@tanstack/react-query';
import type { Event, Execution, Run, RunDetail } from '../../bindings/types';
import { applyNews } from '../../lib/news';

/** What a batch of events tells of runs: of each thing only the last word. */
export interface Told {
  readonly runs: ReadonlyMap<string, Run>;
  readonly executions: ReadonlyMap<string, Execution>;
}

/** Gathers what events tell of runs and executions. */
export function gather(events: readonly Event[]): Told {
  const runs = new Map<string, Run>();
  const executions = new Map<string, Execution>();
  for (const event of events) {
    if (event.kind === 'run.updated') runs.set(event.run.id, event.run);
    if (event.kind === 'execution.updated') executions.set(event.execution.id, event.execution);
  }
  return { runs, executions };
}

/** Changes what is known of runs: each is written once, however much was told of it. */
export function tellDetails(queries: QueryClient, { runs, executions }: Told): void {
  const byRun = new Map<string, Map<string, Execution>>([...runs.keys()].map((id) => [id, new Map()]));
  for (const execution of executions.values()) {
    const known = byRun.get(execution.runId) ?? new Map<string, Execution>();
    byRun.set(execution.runId, known.set(execution.id, execution));
  }
  for (const [id, news] of byRun) {
    applyNews<RunDetail>(queries, ['run', id], (known) => ({
      ...known,
      run: runs.get(id) ?? known.run,
      executions: withNews(known.executions, news),
    }));
  }
}

/** The executions as they are now, each in the place of the one it is, or is a later generation of. */
export function withNews(known: readonly Execution[], news: ReadonlyMap<string, Execution>): Execution[] {
  const ids = new Set(known.map(({ id }) => id));
  const later = new Map<string, Execution>();
  for (const execution of news.values()) {
    if (ids.has(execution.id)) continue;
    const cell = cellOf(execution);
    if ((later.get(cell)?.generation ?? -1) < execution.generation) later.set(cell, execution);
  }
  return known.map((before) => {
    const now = news.get(before.id) ?? before;
    const next = later.size === 0 ? undefined : later.get(cellOf(before));
    return next !== undefined && next.generation > now.generation ? next : now;
  });
}

const cellOf = ({ variant, case: at, repeat }: Execution) => `${variant} ${at} ${repeat}`;
