import type { ApiError, Variable } from '../../bindings/types';
import { isUnusable, ownerOf } from '../content/useJsonText';
import type { Work } from '../prompt/useWork';
import { variableTexts } from './texts';
import { openInputs } from './variable';

const texts = variableTexts.inputs;

/** What stands in the inputs that cannot be used: an input by its name, or the JSON of all of them. */
export type Unusable = { readonly kind: 'input'; readonly name: string } | { readonly kind: 'json' };

/** The first text that stands in the inputs in place of what would be sent; nothing where they say what is sent. */
export function unusableOf(
  work: Pick<Work, 'actions' | 'content' | 'inputs'>,
  lent: readonly Variable[],
): Unusable | null {
  const { content, inputs } = work;
  const owner = ownerOf(work);
  if (isUnusable(owner, 'inputs', openInputs(content.variables, inputs))) return { kind: 'json' };
  const found = [...content.variables, ...lent].find(
    ({ name, type }) =>
      (type === 'array' || type === 'object') && isUnusable(owner, `inputs.${name}`, inputs[name]),
  );
  return found === undefined ? null : { kind: 'input', name: found.name };
}

/** Why nothing is sent while such a text stands there. */
export function unusableError(found: Unusable): ApiError {
  const message = found.kind === 'json' ? texts.allNotJson : texts.notJson(found.name);
  return { code: 'invalid', message, hint: texts.notSent, retryable: false };
}
