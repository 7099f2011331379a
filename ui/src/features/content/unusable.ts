import type { Content, ModelChoice, RunContext, Validation, Variable } from '../../bindings/types';
import { openInputs } from '../variable/variable';
import { contentTexts } from './texts';
import { isUnusable } from './useJsonText';

const words = contentTexts.json.unusable;

/** What a run is made of, as far as it is entered as JSON. */
export interface Entered {
  readonly content: Pick<Content, 'variables' | 'validations'>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** The variables that only partials declare. */
  readonly lent?: readonly Variable[];
  readonly models: readonly ModelChoice[];
  readonly context?: RunContext;
}

/** A field for JSON: the name that its text is kept by, its value, and what is said where that text cannot be used. */
type Field = readonly [name: string, value: unknown, message: string];

/** The name of a chosen model among the fields of a run. */
export const modelField = ({ model }: ModelChoice, at: number) => `models.${model} ${at}`;

function* fieldsOf({ content, inputs = {}, lent = [], models, context = {} }: Entered): Generator<Field> {
  const { variables, validations } = content;
  yield ['inputs', openInputs(variables, inputs), words.inputs];
  for (const { name } of [...variables, ...lent].filter(isJson)) {
    yield [`inputs.${name}`, inputs[name], words.input(name)];
  }
  for (const { name, schema, default: fallback } of variables.filter(isJson)) {
    yield [`variables.${name}.schema`, schema ?? undefined, words.variable.schema(name)];
    yield [`variables.${name}.default`, fallback, words.variable.default(name)];
  }
  yield* rulesOf(validations, 'validations');
  for (const [at, choice] of models.entries()) {
    const { responseFormat, tools, extra } = choice.parameters ?? {};
    const within = modelField(choice, at);
    if (responseFormat?.kind === 'schema') {
      yield [`${within}.schema`, responseFormat.schema, words.model.schema(choice.model)];
    }
    yield [`${within}.tools`, tools, words.model.tools(choice.model)];
    yield [`${within}.extra`, extra, words.model.extra(choice.model)];
  }
  yield ['context.messages', context.messages, words.context.messages];
  yield ['context.data', context.data, words.context.data];
}

function* rulesOf(validations: readonly Validation[], place: string): Generator<Field> {
  for (const { name, rule } of validations.filter(({ off }) => off !== true)) {
    const within = `${place}.${name}`;
    if (rule.kind === 'schema') yield [within, rule.schema, words.schema(name)];
    if (rule.kind !== 'assertion') continue;
    for (const part of ['value', 'rubricPrompt', 'config'] as const) {
      yield [`${within}.${part}`, rule[part], words.rule(name)];
    }
    yield* rulesOf(rule.assert ?? [], `${within}.assert`);
  }
}

const isJson = ({ type }: Variable) => type === 'array' || type === 'object';

/** The first field whose text stands in place of what would be sent; nothing where all of them say what is sent. */
export function firstUnusable(owner: object, entered: Entered): Field | undefined {
  return [...fieldsOf(entered)].find(([name, value]) => isUnusable(owner, name, value));
}
