import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { HitKind } from '../../bindings/types';
import { api } from '../../host';

/** How many hits of a kind are shown at once: typing narrows them. */
export const MOST_HITS = 8;

/**
 * What of a kind has some words. Those of before stay until they are there, so that nothing flickers; what was found
 * earlier is shown at once and looked for again.
 */
export const hitsQuery = (kind: HitKind, text: string) =>
  queryOptions({
    queryKey: ['hits', kind, text],
    queryFn: () => api.hitList({ text, kinds: [kind], limit: MOST_HITS }),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 60_000,
  });
