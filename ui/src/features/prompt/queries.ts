import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ListPrompts } from '../../bindings/types';
import { api } from '../../host';

/** Prompts that match a filter. */
export const promptsQuery = (filter: ListPrompts) =>
  queryOptions({
    queryKey: ['prompts', filter],
    queryFn: () => api.promptList({ ...filter, limit: 1000 }),
    placeholderData: keepPreviousData,
  });

/** A prompt with its newest version and its draft. */
export const promptQuery = (id: string) =>
  queryOptions({ queryKey: ['prompt', id], queryFn: () => api.promptGet({ id }) });

/** The tags in use. */
export const tagsQuery = queryOptions({ queryKey: ['tags'], queryFn: () => api.tagList() });
