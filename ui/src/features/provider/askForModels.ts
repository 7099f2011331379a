import { queries } from '../../app/live';
import type { CatalogueModel } from '../../bindings/types';
import { api } from '../../host';
import { modelsQuery } from './queries';

/** Asks a provider for its models, and has every list of models know them. Answers all that are known of it. */
export async function askForModels(provider: string): Promise<CatalogueModel[]> {
  const page = await api.modelList({ provider, refresh: true });
  queries.setQueryData(modelsQuery(provider).queryKey, page);
  void queries.invalidateQueries({ queryKey: ['models'] });
  return page.items;
}
