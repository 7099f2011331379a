import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../host';
import type { Work } from '../prompt/useWork';

/** The saved versions of a prompt, of all branches, newest first, a page at a time. */
export const versionsQuery = (prompt: string) =>
  infiniteQueryOptions({
    queryKey: ['versions', prompt, 'list'],
    queryFn: ({ pageParam }) => api.versionList({ id: prompt, cursor: pageParam, limit: 200 }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next ?? null,
  });

/** The branches and labels of a prompt. */
export const refsQuery = (prompt: string) =>
  queryOptions({ queryKey: ['versions', prompt, 'refs'], queryFn: () => api.refList({ id: prompt }) });

/** What merging a version into a branch would give. */
export const mergeQuery = (prompt: string, from: string, into: string) =>
  queryOptions({
    queryKey: ['versions', prompt, 'merge', from, into],
    queryFn: () => api.mergeGet({ id: prompt, from, into }),
    // What somebody settles must not change under their hands; whether it still holds is asked when it is saved.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

/** A version beside another, or beside what is on screen now. */
export const comparisonQuery = (prompt: string, from: string, to: string | null, work: Work) =>
  queryOptions({
    queryKey: ['versions', prompt, 'compare', from, to ?? work.content],
    // The host compares with the draft, so what is on screen has to be there.
    queryFn: async () => {
      if (to === null) await work.keep();
      return api.versionCompare({ id: prompt, from, to });
    },
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  });
