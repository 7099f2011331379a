import { Stored, useStored } from '../../lib/stored';
import { LIMITS, type ProviderFields } from './form';

/** What was changed in the form of a provider and is not saved. */
export type Edits = Partial<ProviderFields>;

const NONE: Edits = {};

/** Changes that wait to be saved, by the provider, as far as what was kept is some. */
export function toEdits(value: unknown): Record<string, Edits> {
  if (typeof value !== 'object' || value === null) return {};
  const known = Object.entries(value).map(([id, edits]) => [id, readEdits(edits)] as const);
  return Object.fromEntries(known.filter(([, edits]) => Object.keys(edits).length > 0));
}

function readEdits(value: unknown): Edits {
  if (typeof value !== 'object' || value === null) return NONE;
  const raw = value as Record<string, unknown>;
  const edits: Edits = {};
  for (const name of ['name', 'baseUrl'] as const) {
    const word = raw[name];
    if (typeof word === 'string') edits[name] = word;
  }
  for (const limit of LIMITS) {
    const number = raw[limit];
    if (typeof number === 'number' || number === '') edits[limit] = number;
  }
  return edits;
}

const kept = new Stored('formaops.provider-edits', toEdits);

/** The changes of a provider that wait to be saved: they are there again after another place was seen. */
export function useEdits(id: string): [Edits, (change: (now: Edits) => Edits) => void] {
  const [all, setAll] = useStored(kept);
  const change = (next: (now: Edits) => Edits) => {
    const { [id]: now = NONE, ...others } = kept.get();
    const edits = next(now);
    setAll(Object.keys(edits).length === 0 ? others : { ...others, [id]: edits });
  };
  return [all[id] ?? NONE, change];
}
