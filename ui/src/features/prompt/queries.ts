import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ListPrompts } from '../../bindings/types';
import { api } from '../../host';
import { filterOf } from '../library/filters';

/** Prompts that match a filter. */
export const promptsQuery = (filter: ListPrompts) =>
  queryOptions({
    queryKey: ['prompts', filter],
    queryFn: () => api.promptList({ ...filter, limit: 1000 }),
    placeholderData: keepPreviousData,
  });

/** Prompts that match a filter, page after page. */
export const promptPagesQuery = (filter: ListPrompts) =>
  infiniteQueryOptions({
    queryKey: ['prompts', filter, 'pages'],
    queryFn: ({ pageParam }) => api.promptList({ ...filter, cursor: pageParam, limit: 1000 }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
  });

/** All prompts but the archived, as the list has them at first. */
export const currentPrompts = promptPagesQuery(filterOf({}));

/** A prompt with its newest version and its draft. */
export const promptQuery = (id: string) =>
  queryOptions({ queryKey: ['prompt', id], queryFn: () => api.promptGet({ id }) });

/** The tags in use. */
export const tagsQuery = queryOptions({ queryKey: ['tags'], queryFn: () => api.tagList() });
