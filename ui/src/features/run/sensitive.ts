import type { ApiError, Run, Variable } from '../../bindings/types';
import { api, toApiError } from '../../host';

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

/** The variables of a run whose values were not kept; `missing` is one of them. */
export async function sensitiveVariables(run: Run, missing: string): Promise<Variable[]> {
  const [variant] = run.variants;
  const plain: Variable = { name: missing, type: 'string', required: true };
  if (variant === undefined) return [plain];
  try {
    const version = await api.versionGet({ id: run.promptId, version: variant.versionId });
    const given = (name: string) => run.inputs[name] !== undefined && run.inputs[name] !== null;
    const sensitive = version.content.variables.filter(
      ({ name, sensitive }) => sensitive === true && given(name),
    );
    return sensitive.some(({ name }) => name === missing) ? sensitive : [...sensitive, plain];
  } catch {
    // Without the version the one that was named can still be asked for.
    return [plain];
  }
}

/**
 * Calls an operation that needs the sensitive values of a run again where it has any: they are asked for only
 * after it says so. Answers `null` where the user did not give them.
 */
export async function withSensitive<Result>(
  run: Run,
  ask: (variables: Variable[]) => Promise<Record<string, unknown> | null>,
  call: (sensitiveInputs: Record<string, unknown>) => Promise<Result>,
): Promise<Result | null> {
  try {
    return await call({});
  } catch (thrown) {
    const missing = missingInput(toApiError(thrown));
    if (missing === null) throw thrown;
    const values = await ask(await sensitiveVariables(run, missing));
    return values === null ? null : await call(values);
  }
}
