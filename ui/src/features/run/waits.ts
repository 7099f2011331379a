import type { Load } from '../../bindings/types';
import { clock } from '../../lib/format';
import { columnsTexts } from './columns.texts';

const words = columnsTexts.waits;

/** Why an execution of the model waits longer than for its turn, by what the engine said at a time; null where it does not. */
export function waitsFor(model: string, load: Load, said: number): string | null {
  const provider = model.slice(0, model.indexOf(':'));
  const ofModel = load.models.find((other) => other.model === model);
  const ofProvider = load.providers.find(({ name }) => name === provider);
  const opensIn = ofModel?.opensInMs ?? null;
  const until = opensIn === null ? null : clock(new Date(said + opensIn).toISOString());
  if (ofModel?.circuit === 'open') return words.open(model, until);
  if (ofModel?.circuit === 'half-open') return words.probed(model);
  if (until !== null) {
    return ofModel?.perMinute === true ? words.perMinute(provider, until) : words.enough(provider, until);
  }
  if (ofModel?.limit != null && ofModel.running >= ofModel.limit) {
    return words.modelFull(model, ofModel.running, ofModel.limit);
  }
  if (ofProvider !== undefined && ofProvider.running >= ofProvider.limit) {
    return words.providerFull(provider, ofProvider.running, ofProvider.limit);
  }
  return null;
}
