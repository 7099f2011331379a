import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** How the network is switched. */
export const networkQuery = queryOptions({ queryKey: ['network'], queryFn: () => api.networkGet() });

/** What went to each place beyond this machine. */
export const totalsQuery = queryOptions({
  queryKey: ['egress', 'totals'],
  queryFn: () => api.egressTotals(),
});

/** The ledger, newest first, page after page. */
export const ledgerQuery = (outside: boolean) =>
  infiniteQueryOptions({
    queryKey: ['egress', 'ledger', { outside }],
    queryFn: ({ pageParam }) => api.egressList({ outside, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
  });
