import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { ParameterProblem, Parameters } from '../../bindings/types';
import { api } from '../../host';

/** How long typing rests before the model is asked about. */
const ASK_AFTER_MS = 200;
/** How long an answer nobody looks at is held: each change leaves one. */
const FORGET_AFTER_MS = 10_000;

/** How parameters suit a model, as far as is known. */
export interface Fit {
  /** What it does not take: a run would be refused. */
  readonly problems: readonly ParameterProblem[];
  /** The day from which it no longer answers. */
  readonly retiresOn: string | null;
}

const UNKNOWN: Fit = { problems: [], retiresOn: null };

// The content has parameters and nothing else, so that it can be worked out whatever the prompt is like just now.
// Facts of models are told of under the first word.
const fitQuery = (model: string, parameters: Parameters) =>
  queryOptions({
    queryKey: ['models', 'fit', model, parameters],
    queryFn: async (): Promise<Fit> => {
      const content = {
        body: { kind: 'text' as const, template: '' },
        variables: [],
        settings: { parameters },
        validations: [],
      };
      const { estimates } = await api.contentRender({ content, models: [model] });
      const [estimate] = estimates;
      return { problems: estimate?.parameterProblems ?? [], retiresOn: estimate?.retiresOn ?? null };
    },
    placeholderData: keepPreviousData,
    gcTime: FORGET_AFTER_MS,
    retry: false,
  });

/** How a model's own parameters, over those of the prompt, suit it. What cannot be asked is taken to suit. */
export function useFit(model: string, own: Parameters, below: Parameters): Fit {
  const [parameters] = useDebouncedValue({ ...below, ...own }, ASK_AFTER_MS);
  return useQuery(fitQuery(model, parameters)).data ?? UNKNOWN;
}
