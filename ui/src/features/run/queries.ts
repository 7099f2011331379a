import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ListRuns } from '../../bindings/types';
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
