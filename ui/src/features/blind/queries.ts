import { queryOptions } from '@tanstack/react-query';
import type { RunId } from '../../bindings/types';
import { api } from '../../host';

/** Pairs of answers of two columns. They stay as they are while one decides, so that none moves. */
export const blindQuery = (id: RunId, one: number, other: number, seed: number) =>
  queryOptions({
    queryKey: ['blind', id, one, other, seed],
    queryFn: () => api.preferenceList({ id, one, other, seed }),
  });

/** Which of two columns is liked better, after so many pairs were decided. It is asked each time that it is looked at. */
export const outcomeQuery = (id: RunId, one: number, other: number, decided: number) =>
  queryOptions({
    queryKey: ['blind-outcome', id, one, other, decided],
    queryFn: () => api.preferenceSummary({ id, one, other }),
    staleTime: 0,
    gcTime: 0,
  });
