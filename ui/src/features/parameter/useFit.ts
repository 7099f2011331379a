import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Body, Content, ModelChoice, Parameters } from '../../bindings/types';
import { api } from '../../host';
import type { FitProblem } from './FitProblems';

/** How long typing rests before the model is asked about. */
const ASK_AFTER_MS = 200;
/** How long an answer nobody looks at is held: each change leaves one. */
const FORGET_AFTER_MS = 10_000;

/** How parameters and attachments suit a model, as far as is known. */
export interface Fit {
  /** What it does not take: a run would be refused. */
  readonly problems: readonly FitProblem[];
  /** Why nothing is known of the model, such as a provider that does not exist; that is one of the problems. */
  readonly unavailable: string | null;
  /** The day from which it no longer answers. */
  readonly retiresOn: string | null;
}

const UNKNOWN: Fit = { problems: [], unavailable: null, retiresOn: null };

// The content has parameters and attachments and no text, so that it can be worked out whatever the prompt is like
// just now.
// Facts of models are told of under the first word.
const fitQuery = (model: string, parameters: Parameters, body: Body) =>
  queryOptions({
    queryKey: ['models', 'fit', model, parameters, body],
    queryFn: async (): Promise<Fit> => {
      const content = {
        body,
        variables: [],
        settings: { parameters },
        validations: [],
      };
      const { estimates } = await api.contentRender({ content, models: [{ model }] });
      const [estimate] = estimates;
      const {
        unavailable,
        untakenAttachments = [],
        parameterProblems = [],
        retiresOn = null,
      } = estimate ?? {};
      const missing =
        unavailable == null ? [] : [{ message: unavailable.message, hint: unavailable.hint ?? '' }];
      const problems = [...missing, ...untakenAttachments, ...parameterProblems];
      return { problems, unavailable: unavailable?.message ?? null, retiresOn };
    },
    placeholderData: keepPreviousData,
    gcTime: FORGET_AFTER_MS,
    retry: false,
  });

function withoutText(body: Body): Body {
  if (body.kind === 'text') return { kind: 'text', template: '' };
  return { kind: 'messages', messages: body.messages.map((message) => ({ ...message, template: '' })) };
}

/**
 * How a model's own parameters, over those of the prompt, and what is attached to its messages suit it. What cannot
 * be asked is taken to suit.
 */
export function useFit({ model, parameters: own }: ModelChoice, { body, settings }: Content): Fit {
  const shared = settings.parameters;
  const all = useMemo(() => ({ ...shared, ...own }), [shared, own]);
  const [parameters] = useDebouncedValue(all, ASK_AFTER_MS);
  return useQuery(fitQuery(model, parameters, withoutText(body))).data ?? UNKNOWN;
}
