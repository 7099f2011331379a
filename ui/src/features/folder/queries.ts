import { queryOptions } from '@tanstack/react-query';
import type { LinkedId } from '../../bindings/types';
import { api } from '../../host';

/** The linked folder, where there is one: how it is, and what stands in the way. */
export const folderQuery = queryOptions({ queryKey: ['folder'], queryFn: () => api.folderGet() });

/** The file of a prompt, a dataset or a suite as it is now, with both sides where a person has to decide. */
export const folderFileQuery = (id: LinkedId) =>
  queryOptions({ queryKey: ['folder-file', id], queryFn: () => api.folderFileGet({ id }) });
