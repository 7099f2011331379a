import type { Problem, Variable, VariableType } from '../../bindings/types';

/** The types in the order they are offered. */
export const types: VariableType[] = ['string', 'number', 'boolean', 'enum', 'array', 'object'];

/** Whether a variable can have this name. */
export function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** A name that no variable has yet. */
export function freeName(taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = `variable_${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** A variable as the host writes it: without empty parts, and with its parts in the host's order. */
export function tidy(variable: Variable): Variable {
  const { name, type, required, options = [], min, max, pattern, description, sensitive, schema } = variable;
  return {
    name,
    type,
    required,
    ...(variable.default !== undefined && variable.default !== null && { default: variable.default }),
    ...(options.length > 0 && { options }),
    ...(min != null && { min }),
    ...(max != null && { max }),
    ...(pattern && { pattern }),
    ...(description && { description }),
    ...(sensitive && { sensitive }),
    ...(schema != null && { schema }),
  };
}

/** Which limits a type has. */
export function hasLimits(type: VariableType): type is 'string' | 'number' | 'array' {
  return type === 'string' || type === 'number' || type === 'array';
}

/** The variable with another type, without what only the old one has. */
export function withType(variable: Variable, type: VariableType): Variable {
  if (type === variable.type) return variable;
  const { name, required, description, sensitive } = variable;
  const kept = { name, type, required, description: description ?? '', sensitive: sensitive ?? false };
  return tidy(type === 'enum' ? { ...kept, options: variable.options ?? [] } : kept);
}

/** The problems of the input of this name, parts of it included. */
export function problemsOf(problems: readonly Problem[], name: string): Problem[] {
  const path = `inputs.${name}`;
  return problems.filter(
    ({ at }) => at.path === path || at.path.startsWith(`${path}.`) || at.path.startsWith(`${path}[`),
  );
}

/**
 * What is wrong with the inputs: what is found while they are typed, but for what nobody has entered yet; that is told
 * once a run was refused for it.
 */
export function nowWrong(
  inputs: Readonly<Record<string, unknown>>,
  found: readonly Problem[],
  refused: readonly Problem[],
): Problem[] {
  const isEntered = ({ at }: Problem) => {
    const name = /^inputs\.([A-Za-z_]\w*)/.exec(at.path)?.[1];
    return name !== undefined && inputs[name] !== undefined;
  };
  return [...found.filter(isEntered), ...refused.filter((problem) => !isEntered(problem))];
}

/** The inputs with another value for a name; without it where there is none. */
export function withInput(
  inputs: Record<string, unknown>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const next = Object.fromEntries(
    Object.entries(inputs).filter(([other]) => other !== name || value !== undefined),
  );
  return value === undefined ? next : { ...next, [name]: value };
}

/** The inputs but for the sensitive ones, which are shown in the form only. */
export function openInputs(
  variables: readonly Variable[],
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const secret = new Set(variables.filter(({ sensitive }) => sensitive).map(({ name }) => name));
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !secret.has(name)));
}

/** A value as a line of text. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
