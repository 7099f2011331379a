import { queryOptions } from '@tanstack/react-query';
import type { RunId } from '../../bindings/types';
import { api } from '../../host';

/** What people say of the answers of a run. */
export const ratingsQuery = (run: RunId) =>
  queryOptions({ queryKey: ['ratings', run], queryFn: () => api.ratingList({ id: run }) });
