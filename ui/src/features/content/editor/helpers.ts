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

/** The helpers of the host (`crates/template/src/helpers.rs`), whose names no variable can have by itself. */
const taken: readonly Helper[] = [
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
  helper('media', 'tag', '{{media url=image contentType="image/png"}}', ['url', 'contentType']),
  helper('section', 'tag', '{{section "name"}}'),
];

const units = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];

/** Those that work out a value (`crates/template/src/functions.rs`). Without arguments such a name is a variable. */
const functions: readonly Helper[] = [
  helper('eq', 'value', '{{#if (eq a b)}}…{{/if}}'),
  helper('ne', 'value', '{{#if (ne a b)}}…{{/if}}'),
  helper('lt', 'value', '{{#if (lt a b)}}…{{/if}}'),
  helper('lte', 'value', '{{#if (lte a b)}}…{{/if}}'),
  helper('gt', 'value', '{{#if (gt a b)}}…{{/if}}'),
  helper('gte', 'value', '{{#if (gte a b)}}…{{/if}}'),
  helper('and', 'value', '{{#if (and a b)}}…{{/if}}'),
  helper('or', 'value', '{{or nickname name}}'),
  helper('not', 'value', '{{#if (not a)}}…{{/if}}'),
  helper('contains', 'value', '{{#if (contains list x)}}…{{/if}}'),
  helper('count', 'value', '{{count list}}'),
  helper('first', 'value', '{{first list 3}}'),
  helper('last', 'value', '{{last list 3}}'),
  helper('slice', 'value', '{{slice list 1 3}}'),
  helper('join', 'value', '{{join list ", "}}'),
  helper('split', 'value', '{{#each (split text ",")}}…{{/each}}'),
  helper('sort', 'value', '{{#each (sort list by="name")}}…{{/each}}', ['by']),
  helper('reverse', 'value', '{{#each (reverse list)}}…{{/each}}'),
  helper('unique', 'value', '{{#each (unique list)}}…{{/each}}'),
  helper('range', 'value', '{{#each (range 1 4)}}…{{/each}}'),
  helper('keys', 'value', '{{#each (keys object)}}…{{/each}}'),
  helper('values', 'value', '{{#each (values object)}}…{{/each}}'),
  helper('upper', 'value', '{{upper text}}'),
  helper('lower', 'value', '{{lower text}}'),
  helper('trim', 'value', '{{trim text}}'),
  helper('date', 'value', '{{date value format="%d.%m.%Y"}}', ['format', 'timezone']),
  helper('dateAdd', 'value', '{{dateAdd value days=7}}', units),
  helper('dateDiff', 'value', '{{dateDiff later earlier unit="days"}}', ['unit']),
  helper('jsonPath', 'value', '{{jsonPath value "$.items[*].name"}}'),
  helper('parseJson', 'value', '{{#with (parseJson text)}}…{{/with}}'),
];

/** Everything that can be called. */
export const helpers: readonly Helper[] = [...taken, ...functions];

/** Words with a meaning of their own that are no values of the inputs. */
export const locals: Readonly<Record<string, string>> = editorTexts.locals;

/** The names that are helpers also where nothing is given to them. */
export const helperNames: ReadonlySet<string> = new Set(taken.map(({ name }) => name));

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
