import type { Parameters } from '../../bindings/types';

/** The parameters that are set, in a few characters. */
export function describeParameters(parameters: Parameters): string {
  const parts: string[] = [];
  const add = (name: string, value: string | number | null | undefined) => {
    if (value !== undefined && value !== null) parts.push(`${name} ${value}`);
  };
  add('t', parameters.temperature);
  add('top p', parameters.topP);
  add('max', parameters.maxTokens);
  add('seed', parameters.seed);
  add('freq', parameters.frequencyPenalty);
  add('pres', parameters.presencePenalty);
  add('effort', parameters.reasoningEffort);
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
