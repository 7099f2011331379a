import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ListGrid, Run, RunId, RunSuiteRequest, RunSummary, SuiteId } from '../../bindings/types';
import { api } from '../../host';

/** All suites, by name. */
export const suitesQuery = queryOptions({ queryKey: ['suites'], queryFn: () => api.suiteList() });

/** One suite. */
export const suiteQuery = (id: string) =>
  queryOptions({ queryKey: ['suite', id], queryFn: () => api.suiteGet({ id }) });

/** What a run would be. It hangs on prices and on what has run before, so that it is asked each time. */
export const planQuery = (request: RunSuiteRequest) =>
  queryOptions({
    queryKey: ['suite-plan', request],
    queryFn: () => api.suitePlan(request),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 10_000,
    retry: false,
  });

/** How many rows of a grid are read at once. */
const GRID_PAGE = 50;

/** How the rows of a grid are chosen and ordered. */
export type GridFilter = Pick<ListGrid, 'mark' | 'sort' | 'metric' | 'descending'>;

/** The rows of the grid of a run, a page at a time. Events keep its cells fresh while it runs. */
export const gridQuery = (id: RunId, filter: GridFilter) =>
  infiniteQueryOptions({
    queryKey: ['grid', id, filter],
    queryFn: ({ pageParam }) => api.gridList({ id, ...filter, cursor: pageParam, limit: GRID_PAGE }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next ?? null,
  });

/** How many runs of a suite are shown. */
const MOST_RUNS = 20;

/** The newest runs of a suite. */
export const suiteRunsQuery = (id: SuiteId) =>
  queryOptions({
    queryKey: ['runs-of-suite', id],
    queryFn: async () => (await api.runList({ suite: id, limit: MOST_RUNS })).items,
  });

/** What has ended does not change, but for what is tried again. */
const endedOf = ({ progress: { completed, failed, cancelled }, completedAt }: Run) => [
  completed,
  failed,
  cancelled,
  completedAt,
];

/** The columns of a run beside those of its baseline. */
export const comparisonQuery = (run: Run) =>
  queryOptions({
    queryKey: ['comparison-of-run', run.id, ...endedOf(run)],
    queryFn: () => api.runCompare({ id: run.id }),
  });

/** What a run and its columns came to so far, and whether what it had to reach was reached. */
export const summaryQuery = (run: Run) =>
  queryOptions({
    queryKey: ['summary-of-run', run.id, ...endedOf(run)],
    queryFn: () => api.runSummary({ id: run.id }),
    placeholderData: (before: RunSummary | undefined, query) =>
      query?.queryKey[1] === run.id ? before : undefined,
  });
