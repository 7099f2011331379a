import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { queries } from '../../app/live';
import type { FoundServer, Preset, ProviderView } from '../../bindings/types';
import { api } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { askForModels } from './askForModels';
import { freeName } from './form';
import { providersQuery } from './queries';
import { providerTexts } from './texts';

/** Adds a model server that was found on this machine, with the models that it has, and goes to its page. */
export function useAddServer(
  server: FoundServer,
  presets: readonly Preset[],
  providers: readonly ProviderView[],
): { readonly isKnown: boolean; readonly isAdding: boolean; readonly add: () => void } {
  const navigate = useNavigate();
  const preset = presets.find(({ id }) => id === server.preset);
  const { isPending, mutate } = useMutation({
    mutationFn: async () => {
      if (preset === undefined) return;
      const { id } = await addServer(server, preset, providers);
      await navigate({ to: '/settings/providers/$id', params: { id } });
    },
    onError: notifyError,
  });
  return { isKnown: preset !== undefined, isAdding: isPending, add: () => mutate() };
}

async function addServer(
  server: FoundServer,
  preset: Preset,
  providers: readonly ProviderView[],
): Promise<ProviderView> {
  const taken = providers.map((provider) => provider.name);
  const name = freeName(preset.id, taken);
  const made = await api.providerCreate({ name, kind: preset.kind, baseUrl: server.baseUrl });
  await queries.invalidateQueries(providersQuery);
  notifyDone(providerTexts.created(made.name));
  // Its page tells what stands in the way where it does not answer.
  await askForModels(made.name).catch(() => undefined);
  return made;
}
