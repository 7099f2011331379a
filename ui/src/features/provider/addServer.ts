import { queries } from '../../app/live';
import type { FoundServer, Preset, ProviderView } from '../../bindings/types';
import { api } from '../../host';
import { notifyDone } from '../../lib/notify';
import { freeName } from './form';
import { askForModels } from './askForModels';
import { providersQuery } from './queries';
import { providerTexts } from './texts';

/** Adds a model server that was found on this machine, with the models that it has. */
export async function addServer(
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
