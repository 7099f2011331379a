import { QueryClient } from '@tanstack/react-query';
import type { Event, Execution, Noun, OutputPart, Run, RunDetail } from '../bindings/types';
import { tellBudget } from '../features/budget/tell';
import { tellRuns } from '../features/run/fresh';
import { isOwnSave } from '../features/prompt/ownSaves';
import { newestRunQuery } from '../features/run/queries';
import { api, host, HostError } from '../host';
import { announcements } from '../lib/announce';
import { applyNews } from '../lib/news';
import { Streams } from '../lib/streams';
import { texts } from './texts';

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

function streamsOf(part: OutputPart): Streams {
  return new Streams(
    (id, offset) => api.executionOutput({ id, part, offset }),
    (flush) => requestAnimationFrame(flush),
  );
}

/** The texts of executions: their answers, and what the models thought before. */
export const streams: Readonly<Record<OutputPart, Streams>> = {
  text: streamsOf('text'),
  reasoning: streamsOf('reasoning'),
};

/** Which queries speak of a kind of thing, by the first part of their keys. */
const KEYS: Record<Noun, string[]> = {
  prompt: ['prompts', 'prompt', 'versions', 'tags', 'audit'],
  provider: ['providers', 'models', 'health', 'audit'],
  run: ['runs', 'newest-run', 'metrics', 'run', 'executions', 'execution'],
  workspace: ['workspace', 'settings', 'api-keys', 'network', 'config', 'audit'],
  health: ['metrics', 'figures', 'health'],
  budget: ['budgets', 'audit'],
  egress: ['egress'],
  window: [],
};

function invalidate(noun: Noun): void {
  for (const key of KEYS[noun]) void queries.invalidateQueries({ queryKey: [key] });
}

/** How long drafts rest before lists are read again that say which prompts have one, in milliseconds. */
const DRAFT_RESTS_MS = 1000;
let resting: ReturnType<typeof setTimeout> | undefined;

/** Reads again what the saving of a draft may have changed, once somebody does not type any more. */
function later(): void {
  clearTimeout(resting);
  resting = setTimeout(() => invalidate('prompt'), DRAFT_RESTS_MS);
}

function updateRun(run: Run): void {
  applyNews<RunDetail>(queries, ['run', run.id], (known) => ({ ...known, run }));
  const newest = queries.getQueryData(newestRunQuery(run.promptId).queryKey);
  if (newest?.items[0]?.id !== run.id) void queries.invalidateQueries(newestRunQuery(run.promptId));
  void queries.invalidateQueries({ queryKey: ['metrics'] });
  void queries.invalidateQueries({ queryKey: ['budgets'] });
  tellRuns(queries, run, (filter) => api.runList(filter));
  announcements.told(run, texts.ended(run.promptName, run.progress));
}

/** An execution in the place of the one it is, or is the next generation of. */
function withExecution(known: RunDetail, execution: Execution): RunDetail {
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
  catchUp(streams.text, execution.id, execution.outputBytes);
  catchUp(streams.reasoning, execution.id, execution.reasoningBytes);
}

/** Reads what somebody looks at and has not all of. */
function catchUp(of: Streams, id: string, bytes: number): void {
  if (of.watched().includes(id) && of.known(id) < bytes) void of.fill(id);
}

function take(event: Event): void {
  switch (event.kind) {
    case 'changed':
      if (event.noun === 'prompt' && isOwnSave(event.id)) later();
      else invalidate(event.noun);
      break;
    case 'run.updated':
      updateRun(event.run);
      break;
    case 'execution.updated':
      updateExecution(event.execution);
      break;
    case 'execution.chunk':
      streams[event.part].take(event.executionId, event.offset, event.bytes, event.text);
      break;
    case 'alert':
      tellBudget(queries, event.alert);
      break;
    case 'resync':
      void queries.invalidateQueries();
      for (const of of Object.values(streams)) of.watched().forEach((id) => void of.fill(id));
      break;
  }
}

/** One event that cannot be taken is a defect, but no reason to hear of no other. */
function takeOrReport(event: Event): void {
  try {
    take(event);
  } catch (error) {
    reportError(error);
  }
}

/** Follows the events of the host for as long as the page lives. */
export function follow(onConnection: (connected: boolean) => void): () => void {
  return host.subscribe((events) => events.forEach(takeOrReport), onConnection);
}
