import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ListGrid, Run, RunId, RunSuiteRequest, SuiteId } from '../../bindings/types';
import { api } from '../../host';
import { type Figures, figuresOf } from './figures';

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
export type GridFilter = Pick<ListGrid, 'mark' | 'sort' | 'descending'>;

/** The rows of the grid of a run, a page at a time. Events keep its cells fresh while it runs. */
export const gridQuery = (id: RunId, filter: GridFilter) =>
  infiniteQueryOptions({
    queryKey: ['grid', id, filter],
    queryFn: ({ pageParam }) => api.gridList({ id, ...filter, cursor: pageParam, limit: GRID_PAGE }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next ?? null,
  });

/** How many runs of the workspace are read at once, and how many pages of them at most. */
const RUN_PAGE = 1000;
const MOST_PAGES = 10;
/** How many runs of a suite are shown. */
const MOST_RUNS = 20;

/** The newest runs of a suite, among the newest of the workspace. */
export const suiteRunsQuery = (id: SuiteId) =>
  queryOptions({
    queryKey: ['runs-of-suite', id],
    queryFn: async (): Promise<Run[]> => {
      const found: Run[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < MOST_PAGES && found.length < MOST_RUNS; page += 1) {
        const { items, next } = await api.runList({ cursor, limit: RUN_PAGE });
        found.push(...items.filter(({ suite }) => suite?.id === id));
        cursor = next ?? null;
        if (cursor === null) break;
      }
      return found.slice(0, MOST_RUNS);
    },
  });

/** What the cells of a run come to, with how many are known of: the host tells of no more than so many at once. */
export interface RunFigures {
  readonly figures: Figures;
  readonly known: number;
}

/** What a run comes to. What has ended does not change, but for what is tried again. */
export const runFiguresQuery = (run: Run) =>
  queryOptions({
    queryKey: ['figures-of-run', run.id, ...endedOf(run)],
    queryFn: async (): Promise<RunFigures> => {
      const { executions } = await api.runGet({ id: run.id });
      return { figures: figuresOf(executions), known: executions.length };
    },
  });

const endedOf = ({ progress: { completed, failed, cancelled } }: Run) => [completed, failed, cancelled];

/** The columns of a run beside those of its baseline. */
export const comparisonQuery = (run: Run) =>
  queryOptions({
    queryKey: ['comparison-of-run', run.id, ...endedOf(run)],
    queryFn: () => api.runCompare({ id: run.id }),
  });

/** What the columns of a run came to, and whether what it had to reach was reached. */
export const summaryQuery = (run: Run) =>
  queryOptions({
    queryKey: ['summary-of-run', run.id, ...endedOf(run)],
    queryFn: () => api.runSummary({ id: run.id }),
  });
