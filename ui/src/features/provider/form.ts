import type { ApiError, Preset, ProviderView, UpdateProvider } from '../../bindings/types';

/** A provider as it stands in a form. */
export interface ProviderFields {
  name: string;
  baseUrl: string;
  /** Empty for the default. */
  maxConcurrent: number | '';
}

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
  };
}

/** What a form starts with for a provider that is there. */
export function fieldsOf(provider: ProviderView): ProviderFields {
  return {
    name: provider.name,
    baseUrl: provider.baseUrl ?? '',
    maxConcurrent: provider.maxConcurrent ?? '',
  };
}

/** The request for what was changed in a form; `null` where nothing was. */
export function changesOf(provider: ProviderView, fields: ProviderFields): UpdateProvider | null {
  const before = fieldsOf(provider);
  const request: UpdateProvider = { id: provider.id };
  if (fields.name !== before.name) request.name = fields.name;
  if (fields.baseUrl !== before.baseUrl) request.baseUrl = fields.baseUrl;
  if (fields.maxConcurrent !== before.maxConcurrent) {
    request.maxConcurrent = fields.maxConcurrent === '' ? 0 : fields.maxConcurrent;
  }
  return Object.keys(request).length === 1 ? null : request;
}

/** An error as the problem of the field that it names, where it names one. */
export function problemsOf(error: ApiError): FieldProblems | null {
  const field = error.at?.path;
  if (field !== 'name' && field !== 'baseUrl' && field !== 'maxConcurrent') return null;
  return { [field]: error.message };
}
