import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';
import type { ListRuns, PageOfRun, Run } from '../../bindings/types';
import { readAgain } from '../../lib/news';

/** Asks the host for the beginning of a list. */
type Read = (filter: ListRuns) => Promise<PageOfRun>;
type Pages = InfiniteData<PageOfRun, string | null>;

/** Up to this many pages are simply read again. */
const FEW_PAGES = 2;
/** How long new runs are gathered before the beginning of a long list is read again. */
const GATHER_MS = 500;

const waiting = new Set<string>();

/** Tells the lists of runs that one has moved on. A long list is not read again: it stays where its reader is. */
export function tellRuns(queries: QueryClient, run: Run, read: Read): void {
  for (const { queryKey, queryHash, state } of queries.getQueryCache().findAll({ queryKey: ['runs'] })) {
    const known = state.data as Pages | undefined;
    const filter = queryKey[1] as ListRuns;
    const changed = known === undefined ? null : withRun(known, filter, run);
    if (changed !== null) queries.setQueryData<Pages>(queryKey, changed);
    else if (known === undefined || known.pages.length <= FEW_PAGES) {
      readAgain(queries, { queryKey, exact: true });
    } else if (!waiting.has(queryHash)) {
      waiting.add(queryHash);
      setTimeout(() => {
        waiting.delete(queryHash);
        void readHead(queries, queryKey, () => read(filter));
      }, GATHER_MS);
    }
  }
}

/** The list with the run as it is now, gone where it no longer fits; `null` where it was not in the list. */
export function withRun(known: Pages, filter: ListRuns, run: Run): Pages | null {
  const at = known.pages.findIndex(({ items }) => items.some(({ id }) => id === run.id));
  if (at === -1) return null;
  const fits = filter.status === undefined || filter.status === null || filter.status === run.status;
  const change = (items: Run[]) => items.flatMap((item) => (item.id !== run.id ? [item] : fits ? [run] : []));
  const pages = known.pages.map((page, index) =>
    index === at ? { ...page, items: change(page.items) } : page,
  );
  return { ...known, pages };
}

/** The list with what is new at its head; `null` where something may be missing between them. */
export function withHead(known: Pages, head: Run[]): Pages | null {
  const ids = new Set(known.pages.flatMap(({ items }) => items.map(({ id }) => id)));
  const fresh = head.filter(({ id }) => !ids.has(id));
  const [first, ...rest] = known.pages;
  if (first === undefined || (head.length > 0 && fresh.length === head.length)) return null;
  return { ...known, pages: [{ ...first, items: [...fresh, ...first.items] }, ...rest] };
}

async function readHead(
  queries: QueryClient,
  queryKey: QueryKey,
  read: () => Promise<PageOfRun>,
): Promise<void> {
  try {
    const head = await read();
    const known = queries.getQueryData<Pages>(queryKey);
    const changed = known === undefined ? null : withHead(known, head.items);
    if (changed !== null) {
      queries.setQueryData<Pages>(queryKey, changed);
      return;
    }
  } catch {
    // Read as a whole, the list shows why it cannot be read.
  }
  readAgain(queries, { queryKey, exact: true });
}
