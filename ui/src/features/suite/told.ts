import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Execution, GridRow, PageOfGridRow } from '../../bindings/types';
import { applyNews, readAgain } from '../../lib/news';
import { isOver } from '../run/course';
import { type Told, withNews } from '../run/told';
import type { GridFilter } from './queries';

type Pages = InfiniteData<PageOfGridRow, string | null>;

/** Changes the cells that are known of grids by what is told of their executions. */
export function tellGrids(queries: QueryClient, { runs, executions }: Told): void {
  const byRun = new Map<string, Map<number, Map<string, Execution>>>();
  for (const execution of executions.values()) {
    const cases = byRun.get(execution.runId) ?? new Map<number, Map<string, Execution>>();
    const news = cases.get(execution.case) ?? new Map<string, Execution>();
    byRun.set(execution.runId, cases.set(execution.case, news.set(execution.id, execution)));
  }
  for (const [run, cases] of byRun) {
    for (const { queryKey } of queries.getQueryCache().findAll({ queryKey: ['grid', run] })) {
      applyNews<Pages>(queries, queryKey, (known) => withCells(known, cases));
    }
  }
  for (const run of runs.values()) {
    if (run.suite == null || !isOver(run)) continue;
    readAgain(queries, { queryKey: ['runs-of-suite', run.suite.id] });
    // Which cases these have, and in which order, is another matter now.
    readAgain(queries, {
      queryKey: ['grid', run.id],
      predicate: ({ queryKey }) => !isPlain(queryKey[2] as GridFilter),
    });
  }
}

const isPlain = ({ mark, sort, metric, descending }: GridFilter) =>
  [mark, sort, metric, descending].every((part) => part === undefined);

/** The rows as they are now. A row of which nothing is told stays the same thing. */
export function withCells(known: Pages, news: ReadonlyMap<number, ReadonlyMap<string, Execution>>): Pages {
  const rowNow = (row: GridRow): GridRow => {
    const told = news.get(row.case.position);
    return told === undefined ? row : { ...row, cells: withNews(row.cells, told) };
  };
  const pages = known.pages.map((page) =>
    page.items.some((row) => news.has(row.case.position)) ? { ...page, items: page.items.map(rowNow) } : page,
  );
  return { ...known, pages };
}
