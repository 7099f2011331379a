import { queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** How the engine works, and what is wrong with the file and the environment that say so. */
export const configQuery = queryOptions({ queryKey: ['config'], queryFn: () => api.configGet() });

/** The setting that names the model which judges where a rule names none. */
const JUDGE = 'judge';

/** The model that judges where a rule names none; `null` where none does. */
export const judgeQuery = queryOptions({
  queryKey: ['settings', JUDGE],
  queryFn: async () => modelOf((await api.settingGet({ key: JUDGE })).value),
});

/** Lets another model judge, or none. */
export async function saveJudge(model: string | null): Promise<string | null> {
  return modelOf((await api.settingPut({ key: JUDGE, value: model })).value);
}

function modelOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
