import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Execution, ListRuns } from '../../bindings/types';
import { api } from '../../host';

/** Runs that match a filter, newest first, page after page. */
export const runsQuery = (filter: ListRuns) =>
  infiniteQueryOptions({
    queryKey: ['runs', filter],
    queryFn: ({ pageParam }) => api.runList({ ...filter, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
  });

/** Where these runs have the words that were searched for. What has ended does not change. */
export const matchesQuery = (text: string, runs: string[]) =>
  queryOptions({ queryKey: ['matches', text, runs], queryFn: () => api.matchList({ text, runs }) });

/** The models of all providers. Nothing is sent to them. */
export const allModelsQuery = queryOptions({ queryKey: ['models', 'all'], queryFn: () => api.modelList() });

/** A run with its executions. Events keep it fresh while it runs. */
export const runQuery = (id: string) =>
  queryOptions({ queryKey: ['run', id], queryFn: () => api.runGet({ id }) });

/** An execution with its attempts, inputs and messages. */
export const executionQuery = (id: string) =>
  queryOptions({ queryKey: ['execution', id], queryFn: () => api.executionGet({ id }) });

/** The steps on the way of an execution. What is told of it makes them fresh as well. */
export const executionLogQuery = (id: string) =>
  queryOptions({ queryKey: ['execution', id, 'log'], queryFn: () => api.executionLog({ id }) });

/** How many runs back the answer of a model is looked for. */
const MOST_BACK = 20;

/** The answer that the same model gave in the run before with it, for the same prompt; `null` where there is none. */
export const previousAnswerQuery = ({ promptId, runId, model, variant, repeat }: Execution) =>
  queryOptions({
    queryKey: ['answer-before', runId, model, variant, repeat],
    queryFn: async (): Promise<Execution | null> => {
      const { run: own } = await api.runGet({ id: runId });
      const place = own.variants.slice(0, variant).filter((other) => other.model === model).length;
      const runs = await api.runList({ prompt: promptId, limit: 100 });
      const before = runs.items.filter(
        ({ createdAt, variants }) =>
          Date.parse(createdAt) < Date.parse(own.createdAt) &&
          variants.some((other) => other.model === model),
      );
      for (const { id } of before.slice(0, MOST_BACK)) {
        const { executions } = await api.runGet({ id });
        const answers = executions.filter((other) => other.model === model && other.outputBytes > 0);
        const same = answers.filter((other) => other.repeat === repeat);
        // Where a model stands in a run more than once, the answer at the same place of those is the one meant.
        const found = same[place] ?? same[0] ?? answers[0];
        if (found !== undefined) return found;
      }
      return null;
    },
  });

/** The newest run of a prompt, as a page of one. */
export const newestRunQuery = (prompt: string) =>
  queryOptions({
    queryKey: ['newest-run', prompt],
    queryFn: () => api.runList({ prompt, limit: 1 }),
  });
