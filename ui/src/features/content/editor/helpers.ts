import { editorTexts } from './texts';

/** A helper that templates may call. */
export interface Helper {
  readonly name: string;
  /** Whether it opens a block, gives a value, or is a tag of its own. */
  readonly form: 'block' | 'value' | 'tag';
  /** The names of its named arguments. */
  readonly named: readonly string[];
  readonly does: string;
  readonly example: string;
}

const texts = editorTexts.helpers;
const helper = (
  name: keyof typeof texts,
  form: Helper['form'],
  example: string,
  named: string[] = [],
): Helper => ({
  name,
  form,
  named,
  does: texts[name],
  example,
});

/** The helpers of the host (`crates/template/src/helpers.rs`). */
export const helpers: readonly Helper[] = [
  helper('if', 'block', '{{#if name}}…{{else}}…{{/if}}', ['includeZero']),
  helper('unless', 'block', '{{#unless name}}…{{/unless}}', ['includeZero']),
  helper('each', 'block', '{{#each items}}{{@index}}: {{this}}{{/each}}'),
  helper('with', 'block', '{{#with user}}{{name}}{{/with}}'),
  helper('ifEquals', 'block', '{{#ifEquals tone "formal"}}…{{/ifEquals}}'),
  helper('unlessEquals', 'block', '{{#unlessEquals tone "formal"}}…{{/unlessEquals}}'),
  helper('lookup', 'value', '{{lookup items 0}}'),
  helper('json', 'value', '{{json value indent=2}}', ['indent']),
  helper('role', 'tag', '{{role "system"}}'),
  helper('history', 'tag', '{{history}}'),
];

/** Words with a meaning of their own that are no values of the inputs. */
export const locals: Readonly<Record<string, string>> = editorTexts.locals;

/** The names of all helpers. */
export const helperNames: ReadonlySet<string> = new Set(helpers.map(({ name }) => name));

/** The names that mean something else in a tag, so that a variable had better not have them. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...helperNames,
  'else',
  'this',
  'as',
  'true',
  'false',
  'null',
  'undefined',
]);

/** The helper of a name. */
export function helperOfName(name: string): Helper | undefined {
  return helpers.find((known) => known.name === name);
}
