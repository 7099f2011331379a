import type { QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * Changes what is known by what an event told. An answer that is on its way may be older than the
 * event and must not take it back: it is dropped and asked for again.
 */
export function applyNews<Known>(
  queries: QueryClient,
  queryKey: QueryKey,
  change: (known: Known) => Known,
): void {
  const isReading = queries.isFetching({ queryKey, exact: true }) > 0;
  const known = queries.getQueryData<Known>(queryKey);
  if (known !== undefined) queries.setQueryData<Known>(queryKey, change(known));
  if (isReading) void readAgain(queries, queryKey, known === undefined);
}

async function readAgain(queries: QueryClient, queryKey: QueryKey, isFirst: boolean): Promise<void> {
  // The first read of a query is not dropped by the next one.
  if (isFirst) await queries.cancelQueries({ queryKey, exact: true });
  await queries.invalidateQueries({ queryKey, exact: true });
}
