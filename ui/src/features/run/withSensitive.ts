import type { Run, Variable } from '../../bindings/types';
import { api, toApiError } from '../../host';
import { askSensitive } from './askSensitive';
import { missingInput } from './sensitive';

/**
 * Calls an operation that needs the sensitive values of a run again, such as repeating it. They are asked for
 * only where the operation says that it needs them. Answers `null` where the user does not give them.
 */
export async function withSensitive<Result>(
  run: Run,
  call: (sensitiveInputs: Record<string, unknown>) => Promise<Result>,
): Promise<Result | null> {
  try {
    return await call({});
  } catch (thrown) {
    const missing = missingInput(toApiError(thrown));
    if (missing === null) throw thrown;
    const values = await askSensitive(await sensitiveVariables(run, missing));
    return values === null ? null : call(values);
  }
}

/** The variables of a run whose values were not kept; `missing` is one of them. */
async function sensitiveVariables(run: Run, missing: string): Promise<Variable[]> {
  const named: Variable = { name: missing, type: 'string', required: true };
  const versionId = run.variants[0]?.versionId;
  if (versionId === undefined) return [named];
  try {
    const { content } = await api.versionGet({ id: run.promptId, version: versionId });
    const isGiven = (name: string) => run.inputs[name] !== undefined && run.inputs[name] !== null;
    const found = content.variables.filter(({ name, sensitive }) => sensitive === true && isGiven(name));
    return found.some(({ name }) => name === missing) ? found : [...found, named];
  } catch {
    // Without the version, the one that was named can still be asked for.
    return [named];
  }
}
