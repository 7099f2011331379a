import { QueryClient } from '@tanstack/react-query';
import type { Event, Execution, Noun, Run, RunDetail } from '../bindings/types';
import { api, host, HostError } from '../host';
import { applyNews } from '../lib/news';
import { Streams } from '../lib/streams';

/** What the host has told, for as long as it stays true. Events say when it does not. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      retry: (tries, error) => tries < 2 && error instanceof HostError && error.error.retryable,
      refetchOnWindowFocus: false,
    },
  },
});

/** The texts of answers. */
export const streams = new Streams(
  (id, offset) => api.executionOutput({ id, offset }),
  (flush) => requestAnimationFrame(flush),
);

/** Which queries speak of a kind of thing, by the first part of their keys. */
const KEYS: Record<Noun, string[]> = {
  prompt: ['prompts', 'prompt', 'versions', 'tags'],
  provider: ['providers', 'models'],
  run: ['runs', 'run', 'executions', 'execution'],
  workspace: ['workspace', 'settings', 'api-keys'],
  window: [],
};

function invalidate(noun: Noun): void {
  for (const key of KEYS[noun]) void queries.invalidateQueries({ queryKey: [key] });
}

function updateRun(run: Run): void {
  applyNews<RunDetail>(queries, ['run', run.id], (known) => ({ ...known, run }));
  void queries.invalidateQueries({ queryKey: ['runs'] });
}

/** An execution in the place of the one it is, or is the next generation of. */
export function withExecution(known: RunDetail, execution: Execution): RunDetail {
  const sameCell = (other: Execution) =>
    other.variant === execution.variant && other.case === execution.case && other.repeat === execution.repeat;
  const executions = known.executions.map((other) =>
    sameCell(other) && other.generation <= execution.generation ? execution : other,
  );
  return { ...known, executions };
}

function updateExecution(execution: Execution): void {
  applyNews<RunDetail>(queries, ['run', execution.runId], (known) => withExecution(known, execution));
  void queries.invalidateQueries({ queryKey: ['execution', execution.id] });
  if (streams.watched().includes(execution.id) && streams.known(execution.id) < execution.outputBytes) {
    void streams.fill(execution.id);
  }
}

function take(event: Event): void {
  switch (event.kind) {
    case 'changed':
      invalidate(event.noun);
      break;
    case 'run.updated':
      updateRun(event.run);
      break;
    case 'execution.updated':
      updateExecution(event.execution);
      break;
    case 'execution.chunk':
      streams.take(event.executionId, event.offset, event.bytes, event.text);
      break;
    case 'resync':
      void queries.invalidateQueries();
      streams.watched().forEach((id) => void streams.fill(id));
      break;
  }
}

/** Follows the events of the host for as long as the page lives. */
export function follow(onConnection: (connected: boolean) => void): () => void {
  return host.subscribe((events) => events.forEach(take), onConnection);
}
