import type { Content } from '../../bindings/types';

/** The content with a variable declared: a string that a run needs, unless it was declared already. */
export function declared(content: Content, name: string): Content {
  if (content.variables.some((variable) => variable.name === name)) return content;
  return { ...content, variables: [...content.variables, { name, type: 'string', required: true }] };
}
