import type { Content, Variable } from '../../bindings/types';

const NONE: readonly Variable[] = [];

/** The content with a variable declared: as a partial lends it, else a string that a run needs; unless it was declared. */
export function declared(content: Content, name: string, lent: readonly Variable[] = NONE): Content {
  if (content.variables.some((variable) => variable.name === name)) return content;
  const own = lent.find((variable) => variable.name === name) ?? { name, type: 'string', required: true };
  return { ...content, variables: [...content.variables, own] };
}
