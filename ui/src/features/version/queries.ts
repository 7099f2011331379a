import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../host';
import type { Work } from '../prompt/useWork';

/** The saved versions of a prompt, newest first, a page at a time. */
export const versionsQuery = (prompt: string) =>
  infiniteQueryOptions({
    queryKey: ['versions', prompt, 'list'],
    queryFn: ({ pageParam }) => api.versionList({ id: prompt, cursor: pageParam, limit: 50 }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next ?? null,
  });

/** One version, which never changes. */
export const versionQuery = (prompt: string, version: string) =>
  queryOptions({
    queryKey: ['version', prompt, version],
    queryFn: () => api.versionGet({ id: prompt, version }),
  });

/** A version beside what is on screen now. */
export const comparisonQuery = (prompt: string, from: string, work: Work) =>
  queryOptions({
    queryKey: ['versions', prompt, 'compare', from, work.content],
    // The host compares with the draft, so what is on screen has to be there.
    queryFn: async () => {
      await work.keep();
      return api.versionCompare({ id: prompt, from });
    },
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  });
