import { QueryClient } from '@tanstack/react-query';
import type { Event, Noun, OutputPart, Run } from '../bindings/types';
import { tellBudget } from '../features/budget/tell';
import { tellGrids } from '../features/suite/told';
import { callsOthers, checkAgain } from '../features/content/checked';
import { tellRuns } from '../features/run/fresh';
import { isOwnSave } from '../features/prompt/ownSaves';
import { newestRunQuery } from '../features/run/queries';
import { gather, tellDetails, type Told } from '../features/run/told';
import { api, host, HostError } from '../host';
import { announcements } from '../lib/announce';
import { readAgain } from '../lib/news';
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
  prompt: ['prompts', 'prompt', 'versions', 'tags', 'labels', 'folder-file', 'audit'],
  dataset: ['datasets', 'dataset', 'dataset-versions', 'audit'],
  // Runs say which limit stands over them.
  provider: ['providers', 'models', 'health', 'run', 'audit'],
  run: ['runs', 'newest-run', 'metrics', 'run', 'executions', 'execution', 'ratings'],
  workspace: [
    'workspace',
    'settings',
    'api-keys',
    'network',
    'config',
    'folder',
    'folder-file',
    'run',
    'audit',
  ],
  health: ['metrics', 'figures', 'health'],
  suite: ['suites', 'suite', 'runs-of-suite', 'audit'],
  budget: ['budgets', 'audit'],
  egress: ['egress'],
  file: ['folder', 'folder-file'],
  window: [],
};

function invalidate(noun: Noun): void {
  for (const key of KEYS[noun]) readAgain(queries, { queryKey: [key] });
  if (noun === 'provider') checkAgain();
  if (noun === 'prompt') checkAgain(callsOthers);
}

/** How long drafts rest before lists are read again that say which prompts have one, in milliseconds. */
const DRAFT_RESTS_MS = 1000;
let resting: ReturnType<typeof setTimeout> | undefined;

/** Reads again what the saving of a draft may have changed, once somebody does not type any more. */
function later(): void {
  clearTimeout(resting);
  resting = setTimeout(() => invalidate('prompt'), DRAFT_RESTS_MS);
}

function tellOfRun(run: Run): void {
  const newest = queries.getQueryData(newestRunQuery(run.promptId).queryKey);
  if (newest?.items[0]?.id !== run.id)
    readAgain(queries, { queryKey: newestRunQuery(run.promptId).queryKey });
  tellRuns(queries, run, (filter) => api.runList(filter));
  announcements.told(run, texts.ended(run.promptName, run.progress));
}

/** Takes what a batch tells of runs, in one pass: a run of many executions is told of many times at once. */
function tellOfRuns({ runs, executions }: Told): void {
  runs.forEach(tellOfRun);
  if (runs.size > 0) {
    readAgain(queries, { queryKey: ['metrics'] });
    readAgain(queries, { queryKey: ['budgets'] });
  }
  // Of its own progress a run leaves nothing in the trail.
  if ([...runs.values()].some(({ status }) => status !== 'running'))
    readAgain(queries, { queryKey: ['audit'] });
  if (executions.size === 0) return;
  readAgain(queries, {
    predicate: ({ queryKey: [noun, id] }) => noun === 'execution' && executions.has(id as string),
  });
  catchUp(streams.text, (id) => executions.get(id)?.outputBytes ?? 0);
  catchUp(streams.reasoning, (id) => executions.get(id)?.reasoningBytes ?? 0);
}

/** Reads what somebody looks at and has not all of. */
function catchUp(of: Streams, bytes: (id: string) => number): void {
  for (const id of of.watched()) {
    if (of.known(id) < bytes(id)) void of.fill(id);
  }
}

function take(event: Event): void {
  switch (event.kind) {
    case 'changed':
      if (event.noun === 'prompt' && isOwnSave(event.id)) later();
      else invalidate(event.noun);
      break;
    case 'run.updated':
    case 'execution.updated':
      // The batch is gone through for these as a whole.
      break;
    case 'execution.chunk':
      streams[event.part].take(event.executionId, event.offset, event.bytes, event.text);
      break;
    case 'alert':
      tellBudget(queries, event.alert);
      break;
    case 'resync':
      readAgain(queries);
      checkAgain();
      for (const of of Object.values(streams)) of.watched().forEach((id) => void of.readAgain(id));
      break;
  }
}

function takeAll(events: readonly Event[]): void {
  for (const event of events) orReport(() => take(event));
  const told = gather(events);
  orReport(() => tellDetails(queries, told));
  orReport(() => tellGrids(queries, told));
  orReport(() => tellOfRuns(told));
}

/** What cannot be taken is a defect, but no reason to hear of nothing else. */
function orReport(act: () => void): void {
  try {
    act();
  } catch (error) {
    reportError(error);
  }
}

/** Follows the events of the host for as long as the page lives. */
export function follow(onConnection: (connected: boolean) => void): () => void {
  return host.subscribe(takeAll, onConnection);
}
