import type { ApiError, Preset, ProviderView, UpdateProvider } from '../../bindings/types';
import { count } from '../../lib/format';
import { providerTexts } from './texts';

/** A provider as it stands in a form. */
export interface ProviderFields {
  name: string;
  baseUrl: string;
  /** Empty for the default. */
  maxConcurrent: number | '';
  /** Empty for no limit. */
  requestsPerMinute: number | '';
  /** Empty for no limit. */
  tokensPerMinute: number | '';
}

/** The fields that are limits: empty where there is none of the user's. */
export const LIMITS = ['maxConcurrent', 'requestsPerMinute', 'tokensPerMinute'] as const;

/** The most that a limit can be. */
export const MOST = {
  maxConcurrent: 1024,
  requestsPerMinute: 1_000_000,
  tokensPerMinute: 1_000_000_000,
} as const;

/** What is wrong with each field. */
export type FieldProblems = Partial<Record<keyof ProviderFields, string>>;

/** A name that no provider has yet: the wanted one, or the same with a number. */
export function freeName(wanted: string, taken: string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

/** What a form starts with for a new provider. */
export function fieldsOfPreset(preset: Preset, taken: string[]): ProviderFields {
  return {
    name: freeName(preset.id, taken),
    baseUrl: preset.baseUrl ?? '',
    maxConcurrent: '',
    requestsPerMinute: '',
    tokensPerMinute: '',
  };
}

/** What a form starts with for a provider that is there. */
export function fieldsOf(provider: ProviderView): ProviderFields {
  return {
    name: provider.name,
    baseUrl: provider.baseUrl ?? '',
    maxConcurrent: provider.maxConcurrent ?? '',
    requestsPerMinute: provider.requestsPerMinute ?? '',
    tokensPerMinute: provider.tokensPerMinute ?? '',
  };
}

/** The request for what was changed in a form; `null` where nothing was. */
export function changesOf(provider: ProviderView, fields: ProviderFields): UpdateProvider | null {
  const before = fieldsOf(provider);
  const request: UpdateProvider = { id: provider.id };
  if (fields.name !== before.name) request.name = fields.name;
  if (fields.baseUrl !== before.baseUrl) request.baseUrl = fields.baseUrl;
  for (const limit of LIMITS) {
    if (fields[limit] !== before[limit]) request[limit] = fields[limit] === '' ? 0 : fields[limit];
  }
  return Object.keys(request).length === 1 ? null : request;
}

/** The limits that are none: too low or too high. */
export function outsideOf(fields: ProviderFields): FieldProblems {
  const outside = LIMITS.flatMap((limit) => {
    const value = fields[limit];
    if (value === '' || (value >= 1 && value <= MOST[limit])) return [];
    return [[limit, providerTexts.fields.outside(count(MOST[limit]), count(value))] as const];
  });
  return Object.fromEntries(outside);
}

/** An error as the problem of the field that it names, where it names one. */
export function problemsOf(error: ApiError): FieldProblems | null {
  const field = (['name', 'baseUrl', ...LIMITS] as const).find((name) => name === error.at?.path);
  return field === undefined ? null : { [field]: error.message };
}
