import type { ApiError, Variable } from '../../bindings/types';

const INPUTS = 'inputs.';

/** The input whose value was not kept, where that is what an error says. */
export function missingInput(error: ApiError): string | null {
  const path = error.at?.path ?? '';
  return path.startsWith(INPUTS) ? path.slice(INPUTS.length) : null;
}

/** A sensitive value as it was typed, in the type of its variable. Throws where it does not fit. */
export function typedValue(variable: Pick<Variable, 'type'>, text: string): unknown {
  return variable.type === 'string' || variable.type === 'enum' ? text : (JSON.parse(text) as unknown);
}
