import {
  hashKey,
  type Query,
  type QueryClient,
  type QueryFilters,
  type QueryKey,
} from '@tanstack/react-query';

type Change = (known: unknown) => unknown;

/** What was told while an answer was on its way, by the query that it answers. */
const meanwhile = new WeakMap<QueryClient, Map<string, Change[]>>();

/**
 * Changes what is known by what an event told. An answer that is on its way may be older than the event and must not
 * take it back, so what was told meanwhile is told of the answer again. It is not asked for anew: where events come all
 * the time it would never arrive.
 */
export function applyNews<Known>(
  queries: QueryClient,
  queryKey: QueryKey,
  change: (known: Known) => Known,
): void {
  const known = queries.getQueryState<Known>(queryKey);
  if (known?.data !== undefined) queries.setQueryData<Known>(queryKey, change(known.data));
  // What one event told does not make true what another had said to ask for anew.
  if (known?.isInvalidated === true) {
    void queries.invalidateQueries({ queryKey, exact: true, refetchType: 'none' });
  }
  if (queries.isFetching({ queryKey, exact: true }) > 0) keep(queries, queryKey, change as Change);
}

function keep(queries: QueryClient, queryKey: QueryKey, change: Change): void {
  const told = meanwhile.get(queries) ?? new Map<string, Change[]>();
  meanwhile.set(queries, told);
  const hash = hashKey(queryKey);
  const changes = told.get(hash);
  if (changes !== undefined) {
    changes.push(change);
    return;
  }
  told.set(hash, [change]);
  void tellAgain(queries, queryKey, told, hash);
}

async function tellAgain(
  queries: QueryClient,
  queryKey: QueryKey,
  told: Map<string, Change[]>,
  hash: string,
): Promise<void> {
  const query = queries.getQueryCache().find({ queryKey, exact: true });
  // One that is asked for anew, for another reason, is waited for as well.
  while (query?.state.fetchStatus === 'fetching') await query.promise?.catch(() => undefined);
  const changes = told.get(hash) ?? [];
  told.delete(hash);
  const known = queries.getQueryData(queryKey);
  if (known !== undefined)
    queries.setQueryData(
      queryKey,
      changes.reduce<unknown>((at, change) => change(at), known),
    );
}

/** Queries that are asked again once their answer is there. */
const afterwards = new WeakSet<Query>();

/**
 * Has queries be asked again, as what they know is not true any more. An answer that is on its way may be older than
 * the event, so it is let arrive and asked for once more: to drop it would, where events come all the time, keep it
 * from ever arriving, and a first one is not dropped by the library.
 */
export function readAgain(queries: QueryClient, filters: QueryFilters = {}): void {
  for (const query of queries.getQueryCache().findAll(filters)) {
    const only = { queryKey: query.queryKey, exact: true };
    if (query.state.fetchStatus !== 'fetching') {
      void queries.invalidateQueries(only);
    } else if (!afterwards.has(query)) {
      afterwards.add(query);
      void query.promise
        ?.catch(() => undefined)
        .then(() => {
          afterwards.delete(query);
          readAgain(queries, only);
        });
    }
  }
}
