import { describe, expect, it } from 'vitest';
import type { Validation, Variable } from '../../bindings/types';
import { formatJson } from './editor/json';
import { firstUnusable, modelField } from './unusable';
import { keepText } from './useJsonText';

const schema = { type: 'object' };
const listed: Variable = { name: 'items', type: 'array', required: false };
const content = {
  variables: [listed, { name: 'tone', type: 'string', required: false } as Variable],
  validations: [
    { name: 'shape', rule: { kind: 'schema', schema } },
    { name: 'spare', rule: { kind: 'schema', schema }, off: true },
    {
      name: 'all',
      rule: {
        kind: 'assertion',
        type: 'assert-set',
        assert: [{ name: 'part', rule: { kind: 'assertion', type: 'is-json', value: schema } }],
      },
    },
  ] as Validation[],
};
const models = [
  { model: 'a:one', parameters: { responseFormat: { kind: 'schema' as const, name: 'answer', schema } } },
];
const entered = { content, inputs: { items: ['tea'] }, models, context: { data: { at: 1 } } };

/** What is told of a text that is kept for a value. */
function told(name: string, value: unknown): string | undefined {
  const owner = {};
  keepText(owner, name, { text: '{', of: formatJson(value) });
  return firstUnusable(owner, entered)?.[2];
}

describe('a text that cannot be used', () => {
  it.each([
    ['inputs', { items: ['tea'] }, 'The JSON of the inputs is not valid'],
    ['inputs.items', ['tea'], 'The value of `items` is not valid JSON'],
    ['variables.items.schema', undefined, 'The JSON Schema of the variable `items` is not valid'],
    ['variables.items.default', undefined, 'The default of the variable `items` is not valid JSON'],
    ['validations.shape', schema, 'The JSON Schema of the validation `shape` is not valid'],
    ['validations.all.assert.part.value', schema, 'The JSON of the validation `part` is not valid'],
    ['models.a:one 0.schema', schema, 'The JSON Schema of the answer of `a:one` is not valid'],
    ['models.a:one 0.tools', undefined, 'The list of tools of `a:one` is not valid'],
    ['context.data', { at: 1 }, 'The further data of the context are not valid'],
  ])('is found at %s', (name, value, message) => {
    expect(told(name, value)).toBe(message);
  });

  it.each([
    ['a value that was set from elsewhere since', 'validations.shape', { type: 'string' }],
    ['a rule that is off', 'validations.spare', schema],
    ['a rule that is gone', 'validations.other', schema],
    ['a variable that is text by now', 'inputs.tone', undefined],
    ['a model that was left out', modelField({ model: 'b:two' }, 1) + '.tools', undefined],
  ])('does not count for %s', (_, name, value) => {
    expect(told(name, value)).toBeUndefined();
  });
});
