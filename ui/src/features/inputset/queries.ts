import { queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** The input sets of a prompt, by name. Its key is below the prompt's, whose events keep it fresh. */
export const inputSetsQuery = (id: string) =>
  queryOptions({ queryKey: ['prompt', id, 'input-sets'], queryFn: () => api.inputSetList({ id }) });
