import { queryOptions } from '@tanstack/react-query';
import { api } from '../host';

/** What the engine does. Its key begins like those of runs, so it is read again whenever a run moves on. */
export const metricsQuery = queryOptions({ queryKey: ['metrics'], queryFn: () => api.metricsGet() });
