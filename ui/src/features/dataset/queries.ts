import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** Datasets that match, by name, page after page. */
export const datasetsQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['datasets', search],
    queryFn: ({ pageParam }) => api.datasetList({ search: search === '' ? null : search, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
  });

/** The datasets in the bin, by name, page after page. */
export const deletedDatasetsQuery = infiniteQueryOptions({
  queryKey: ['datasets', 'bin', true],
  queryFn: ({ pageParam }) => api.datasetList({ deleted: true, cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next ?? null,
});

/** How many names are offered: of more, one is typed. */
const MOST_NAMES = 1000;

/** The names of datasets, to choose one. */
export const datasetNamesQuery = queryOptions({
  queryKey: ['datasets', 'names', true],
  queryFn: async () => (await api.datasetList({ limit: MOST_NAMES })).items.map(({ name }) => name),
});

/** A dataset with the columns of its newest version. */
export const datasetQuery = (id: string) =>
  queryOptions({ queryKey: ['dataset', id], queryFn: () => api.datasetGet({ id }) });

/** The versions of a dataset, newest first. */
export const datasetVersionsQuery = (id: string) =>
  queryOptions({ queryKey: ['dataset-versions', id], queryFn: () => api.datasetVersionList({ id }) });

/** How many cases are read at a time. */
const PAGE = 200;

/** The cases of a version, which never change. */
export const casesQuery = (id: string, version: number, text: string) =>
  infiniteQueryOptions({
    queryKey: ['cases', id, version, text],
    queryFn: ({ pageParam }) =>
      api.caseList({ id, version, text: text === '' ? null : text, cursor: pageParam, limit: PAGE }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
