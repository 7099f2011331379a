import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ListAudit } from '../../bindings/types';
import { api } from '../../host';

/** The trail, newest first, page after page. */
export const auditQuery = (filter: ListAudit) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => api.auditList({ ...filter, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
  });

/** One event with the states before and after it, which never change. */
export const eventQuery = (seq: number) =>
  queryOptions({ queryKey: ['audit-event', seq], queryFn: () => api.auditGet({ seq }) });

/** Everybody whom the trail can name. */
export const actorsQuery = queryOptions({ queryKey: ['api-keys', 'actors'], queryFn: () => api.actorList() });
