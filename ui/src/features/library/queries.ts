import { queryOptions } from '@tanstack/react-query';
import { queries } from '../../app/live';
import { api } from '../../host';
import { readSaved, type SavedFilter } from './filters';

/** The setting that holds saved filters. */
const KEY = 'ui.prompt-filters';

/** The filters that were saved in this workspace. */
export const savedQuery = queryOptions({
  queryKey: ['settings', KEY],
  queryFn: async () => readSaved((await api.settingGet({ key: KEY })).value),
});

/** Keeps these filters in the place of those before. */
export async function save(filters: readonly SavedFilter[]): Promise<void> {
  await api.settingPut({ key: KEY, value: filters });
  queries.setQueryData(savedQuery.queryKey, [...filters]);
}

/** The labels in use. */
export const labelsQuery = queryOptions({ queryKey: ['labels'], queryFn: () => api.labelList() });
