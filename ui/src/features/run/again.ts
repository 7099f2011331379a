import type { Execution, PromptId, Run, RunDetail, Variable, VersionId } from '../../bindings/types';
import { api, toApiError } from '../../host';
import { askSensitive } from './askSensitive';
import { missingInput } from './sensitive';

/** Starts the same run again; `null` where its sensitive values are asked for and not given. */
export async function repeatRun(run: Run): Promise<RunDetail | null> {
  const call = (sensitiveInputs: Values) => api.runRepeat({ id: run.id, sensitiveInputs });
  const versionId = run.variants[0]?.versionId;
  if (versionId === undefined) return call({});
  return withSensitive(ranIn(run, versionId), call);
}

/** Tries again what failed in a run; `null` where its sensitive values are asked for and not given. */
export async function retryRun(run: Run): Promise<RunDetail | null> {
  const call = (sensitiveInputs: Values) => api.runRetry({ id: run.id, sensitiveInputs });
  const versionId = run.variants[0]?.versionId;
  if (versionId === undefined) return call({});
  return withSensitive(ranIn(run, versionId), call);
}

function ranIn({ promptId, inputs }: Run, versionId: VersionId): Ran {
  return { promptId, versionId, inputs: () => Promise.resolve(inputs) };
}

/** Tries an execution again; `null` where its sensitive values are asked for and not given. */
export function retryExecution({ id, promptId, versionId }: Execution): Promise<Execution | null> {
  const inputs = async () => (await api.executionGet({ id })).inputs;
  return withSensitive({ promptId, versionId, inputs }, (sensitiveInputs) =>
    api.executionRetry({ id, sensitiveInputs }),
  );
}

type Values = Record<string, unknown>;

/** What was run: where its variables stand, and its inputs with sensitive values masked. */
interface Ran {
  readonly promptId: PromptId;
  readonly versionId: VersionId;
  readonly inputs: () => Promise<Values>;
}

/** Calls an operation, and once more with the sensitive values where it says that it needs them. */
async function withSensitive<Result>(
  ran: Ran,
  call: (sensitiveInputs: Values) => Promise<Result>,
): Promise<Result | null> {
  try {
    return await call({});
  } catch (thrown) {
    const missing = missingInput(toApiError(thrown));
    if (missing === null) throw thrown;
    const values = await askSensitive(await sensitiveVariables(ran, missing));
    return values === null ? null : call(values);
  }
}

/** The variables whose values were given and not kept; `missing` is one of them. */
async function sensitiveVariables(ran: Ran, missing: string): Promise<Variable[]> {
  const named: Variable = { name: missing, type: 'string', required: true };
  try {
    const { content } = await api.versionGet({ id: ran.promptId, version: ran.versionId });
    const inputs = await ran.inputs();
    const isGiven = (name: string) => inputs[name] !== undefined && inputs[name] !== null;
    const found = content.variables.filter(({ name, sensitive }) => sensitive === true && isGiven(name));
    return found.some(({ name }) => name === missing) ? found : [...found, named];
  } catch {
    // Without the version, the one that was named can still be asked for.
    return [named];
  }
}
