import { queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** How the engine works, and what is wrong with the file and the environment that say so. */
export const configQuery = queryOptions({ queryKey: ['config'], queryFn: () => api.configGet() });
