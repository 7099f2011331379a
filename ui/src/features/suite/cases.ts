import type { Case, Variable } from '../../bindings/types';
import { withInput } from '../variable/variable';

/** A case with nothing in it. */
export const emptyCase: Case = { position: 0, inputs: {} };

/** The variables of several prompts, each name once, in the order in which they come. */
export function variablesOf(prompts: readonly (readonly Variable[])[]): Variable[] {
  const known = new Map<string, Variable>();
  for (const variable of prompts.flat()) if (!known.has(variable.name)) known.set(variable.name, variable);
  return [...known.values()];
}

/** The inputs that cases have and no prompt asks for, by name. */
export function strayInputs(cases: readonly Case[], variables: readonly Variable[]): string[] {
  const names = new Set(variables.map(({ name }) => name));
  return [...new Set(cases.flatMap(({ inputs }) => Object.keys(inputs)))].filter((name) => !names.has(name));
}

/** A value as it stands in its field: text as it is, all else as JSON. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * What was typed for a variable, in its type; nothing where nothing was typed. Text that is not of the type stays text:
 * the plan says that it does not fit.
 */
export function typedInput(type: Variable['type'], text: string): unknown {
  if (text === '') return undefined;
  return type === 'string' || type === 'enum' ? text : (json(text) ?? text);
}

/** What was typed as the expected answer: JSON where it is an object or a list, else the text. */
export function typedExpected(text: string): unknown {
  if (text === '') return undefined;
  return /^\s*[[{]/.test(text) ? (json(text) ?? text) : text;
}

/** The words between commas, each once. */
export function typedTags(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  return [...new Set(words)].filter((word) => word !== '');
}

/** The case with another value of an input. */
export function withValue(own: Case, name: string, value: unknown): Case {
  return { ...own, inputs: withInput(own.inputs, name, value) };
}

/** The case with another expected answer. */
export function withExpected(own: Case, expected: unknown): Case {
  if (expected !== undefined) return { ...own, expected };
  const rest = { ...own };
  delete rest.expected;
  return rest;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
