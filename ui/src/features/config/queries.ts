import { queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** How the engine works, and what is wrong with the file and the environment that say so. */
export const configQuery = queryOptions({ queryKey: ['config'], queryFn: () => api.configGet() });

/** The settings that name a model which rules ask where they name none. */
export type ModelSettingKey = 'judge' | 'embeddings';

/** The model that a setting names; `null` where it names none. */
export const modelSettingQuery = (key: ModelSettingKey) =>
  queryOptions({
    queryKey: ['settings', key],
    queryFn: async () => modelOf((await api.settingGet({ key })).value),
  });

/** Has rules ask another model, or none. */
export async function saveModelSetting(key: ModelSettingKey, model: string | null): Promise<string | null> {
  return modelOf((await api.settingPut({ key, value: model })).value);
}

function modelOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

const WEBHOOKS = 'webhooks';

/** The web services that rules may ask, as origins. */
export const webhooksQuery = queryOptions({
  queryKey: ['settings', WEBHOOKS],
  queryFn: async () => textsOf((await api.settingGet({ key: WEBHOOKS })).value),
});

/** Lets rules ask these web services and no others. */
export async function saveWebhooks(origins: string[]): Promise<string[]> {
  return textsOf((await api.settingPut({ key: WEBHOOKS, value: origins })).value);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
