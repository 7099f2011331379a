import { queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** The configured providers with the state of their keys. */
export const providersQuery = queryOptions({ queryKey: ['providers'], queryFn: () => api.providerList() });

/** What a new provider can start from. */
export const presetsQuery = queryOptions({
  queryKey: ['presets'],
  queryFn: () => api.presetList(),
  staleTime: Infinity,
});

/** The model servers on this machine; each time somebody comes to see them, they are looked for anew. */
export const serversQuery = queryOptions({
  queryKey: ['servers'],
  queryFn: () => api.serverList(),
  staleTime: 0,
});

/** The known models of one provider, by its name. Nothing is sent to it. */
export const modelsQuery = (provider: string) =>
  queryOptions({ queryKey: ['models', { provider }], queryFn: () => api.modelList({ provider }) });
