import { queryOptions } from '@tanstack/react-query';
import { queries } from '../../app/live';
import type { LiveFigures } from '../../bindings/types';
import { api } from '../../host';
import { joined } from './series';

const queryKey = ['figures'];

/** What goes on, with the samples of the last ten minutes, of which only the new ones are asked for. */
export const figuresQuery = queryOptions({
  queryKey,
  queryFn: async (): Promise<LiveFigures> => {
    const known = queries.getQueryData<LiveFigures>(queryKey);
    const next = await api.figuresGet({ after: known?.samples.at(-1)?.at ?? null });
    return joined(known, next);
  },
});

/** Whether store, engine, configuration and providers are well. */
export const healthQuery = queryOptions({ queryKey: ['health'], queryFn: () => api.healthGet() });
