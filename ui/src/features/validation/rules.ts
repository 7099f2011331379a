import { assertionGuides, type AssertionGuide } from '../../bindings/assertions';
import type { OnFailure, Problem, Validation, ValidationRule } from '../../bindings/types';
import { validationTexts as texts } from './texts';

/** A rule that is an assertion. */
export type AssertionOf = Extract<ValidationRule, { kind: 'assertion' }>;

/** The forms that a value can be entered in. */
export type ValueForm = keyof typeof texts.assertion.forms;

/** The answer fails where a rule says nothing else. */
export const FAIL: OnFailure = { action: 'fail' };

const FIRST_SCHEMA = { type: 'object', properties: {}, required: [] };
const FIRST_FUNCTION = '(output, context) => output.length > 0';

/** What can be added: a kind of rule, or an assertion by its name. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  /** What it checks, in a sentence. */
  readonly about: string;
  /** What it is found by, in small letters. */
  readonly words: string;
  readonly rule: ValidationRule;
}

const ownRules: Record<keyof typeof texts.kinds, ValidationRule> = {
  schema: { kind: 'schema', schema: FIRST_SCHEMA },
  regex: { kind: 'regex', pattern: '' },
  function: { kind: 'function', source: FIRST_FUNCTION },
};

/** The rules that are no assertions. */
export const ownChoices: readonly Choice[] = (Object.keys(ownRules) as (keyof typeof ownRules)[]).map(
  (kind) => ({
    id: kind,
    ...texts.kinds[kind],
    words: `${texts.kinds[kind].label} ${texts.kinds[kind].about} ${kind}`.toLowerCase(),
    rule: ownRules[kind],
  }),
);

/** Every assertion under each of its names. */
export const assertionChoices: readonly Choice[] = assertionGuides.flatMap((guide) =>
  guide.names.map((name) => ({
    id: `assertion ${name}`,
    label: name,
    about: firstSentence(guide, name),
    words: `${name} ${guide.checks}`.toLowerCase(),
    rule: newAssertion(name, guide),
  })),
);

/** The choices that have every word that was typed; where a name has them, it comes first. */
export function found(choices: readonly Choice[], typed: string): readonly Choice[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = choices.filter(({ words }) => wanted.every((word) => words.includes(word)));
  const isNamed = ({ label }: Choice) => wanted.every((word) => label.toLowerCase().includes(word));
  return [...hits.filter(isNamed), ...hits.filter((choice) => !isNamed(choice))];
}

/** What is told of an assertion, by its name with or without `not-`. */
export function guideOf(type: string): AssertionGuide | undefined {
  return assertionGuides.find(({ names }) => names.includes(baseName(type)));
}

export function baseName(type: string): string {
  return type.startsWith('not-') ? type.slice(4) : type;
}

/** The sentence that says what is checked; of several kinds in one, the one that names this. */
function firstSentence({ checks }: AssertionGuide, name: string): string {
  const sentences = checks.split(/(?<=\.)\s+(?=[A-Z`])/);
  return (sentences.find((sentence) => sentence.startsWith(`\`${name}\``)) ?? sentences[0] ?? '').trim();
}

function newAssertion(name: string, { example, threshold }: AssertionGuide): AssertionOf {
  const form = formOf(undefined, name);
  const value = form === 'text' ? '' : form === 'list' ? [] : example.value;
  const given = example.value === undefined ? {} : { value };
  return {
    kind: 'assertion',
    type: name,
    ...given,
    // Where it is all that is asked for, it cannot be left out.
    ...(threshold !== null &&
      example.value === undefined &&
      example['assert'] === undefined && { threshold: example.threshold }),
  };
}

/** The form that a value is shown in; where there is none yet, that of the example. */
export function formOf(value: unknown, type: string): ValueForm {
  const guide = guideOf(type);
  const isAnything = guide?.value?.startsWith('Anything') ?? false;
  const shown = value ?? (isAnything ? '' : guide?.example.value);
  if (typeof shown === 'string' || shown === undefined) return 'text';
  return Array.isArray(shown) && shown.every((item) => typeof item === 'string') ? 'list' : 'json';
}

/** A value in another form, as far as it can be kept. */
export function inForm(value: unknown, form: ValueForm): unknown {
  switch (form) {
    case 'text':
      if (typeof value === 'string') return value;
      return Array.isArray(value) ? value.join('\n') : value === undefined ? '' : JSON.stringify(value);
    case 'list':
      return Array.isArray(value) ? value.map(String) : linesOf(inForm(value, 'text') as string);
    case 'json':
      return typeof value === 'string' ? parsedOr(value) : value;
  }
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The lines that say something. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** The first of `base`, `base-2`, `base-3`, … that is free. */
export function freeName(base: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** What a rule is called until somebody names it. */
export function firstName(rule: ValidationRule): string {
  if (rule.kind === 'assertion') return rule.type;
  return rule.kind === 'regex' ? 'pattern' : rule.kind;
}

/** A validation with some of its fields changed; what is as it would be without is left out. */
export function changed(validation: Validation, part: Partial<Validation>): Validation {
  const {
    phase = 'after',
    onFailure = FAIL,
    weight = 1,
    metric,
    off = false,
    ...rest
  } = {
    ...validation,
    ...part,
  };
  return {
    ...rest,
    ...(phase !== 'after' && { phase }),
    ...(onFailure.action !== 'fail' && { onFailure }),
    ...(weight !== 1 && { weight }),
    ...(metric != null && metric !== '' && { metric }),
    ...(off && { off }),
  };
}

/** What of a validation is not as usual, in words; whether it is off is seen elsewhere. */
export function consequences({ phase, onFailure = FAIL, weight = 1, metric }: Validation): string[] {
  const { told } = texts.consequences;
  const parts: string[] = [];
  if (phase === 'before') parts.push(told.before);
  if (onFailure.action === 'alert') parts.push(told.alert);
  if (onFailure.action === 'retry') parts.push(told.retry(onFailure.times));
  if (weight !== 1) parts.push(told.weight(weight));
  if (metric != null) parts.push(told.metric(metric));
  return parts;
}

/** The problems at a place or inside of it, such as those of `validations[2]`. */
export function problemsAt(problems: readonly Problem[], place: string): readonly Problem[] {
  return problems.filter(
    ({ at: { path } }) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`),
  );
}
