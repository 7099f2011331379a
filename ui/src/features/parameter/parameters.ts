import type { Parameters } from '../../bindings/types';
import { parameterTexts } from './texts';

const { short } = parameterTexts;

/** The parameters that are set, in a few characters. */
export function describeParameters(parameters: Parameters): string {
  const parts: string[] = [];
  const add = (name: string, value: string | number | null | undefined) => {
    if (value !== undefined && value !== null) parts.push(`${name} ${value}`);
  };
  add('t', parameters.temperature);
  add('top p', parameters.topP);
  add('top k', parameters.topK);
  add('max', parameters.maxTokens);
  add('seed', parameters.seed);
  add('freq', parameters.frequencyPenalty);
  add('pres', parameters.presencePenalty);
  add('effort', parameters.reasoningEffort);
  add('budget', parameters.reasoningBudget);
  if (parameters.responseFormat) parts.push(short[parameters.responseFormat.kind]);
  if (parameters.tools?.length) parts.push(short.tools(parameters.tools.length));
  if (parameters.stop?.length) parts.push('stop');
  if (parameters.extra && Object.keys(parameters.extra).length > 0) parts.push('extra');
  return parts.join(' · ');
}

/** The parameters of one column that differ from those of its neighbours. */
export function differingParameters(own: Parameters, others: Parameters[]): Parameters {
  const entries = Object.entries(own).filter(([name, value]) =>
    others.some((other) => JSON.stringify(other[name as keyof Parameters]) !== JSON.stringify(value)),
  );
  return Object.fromEntries(entries);
}
