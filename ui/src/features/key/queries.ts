import { queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** The keys of a provider, never the keys themselves. Events about providers tell of them. */
export const keysQuery = (provider: string) =>
  queryOptions({
    queryKey: ['providers', 'keys', provider],
    queryFn: () => api.providerKeyList({ provider }),
  });

/** Where keys can be kept. */
export const keyStoreQuery = queryOptions({
  queryKey: ['providers', 'key-store'],
  queryFn: () => api.keyStoreGet(),
});
