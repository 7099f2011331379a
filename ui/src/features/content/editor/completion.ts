import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import { type Helper, helpers } from '../../../bindings/helpers';
import { helperCard, localCard, valueCard } from './card';
import { helperOfName } from './helpers';
import {
  type Field,
  fieldsOf,
  flags,
  isRequired,
  type Knowledge,
  type Shape,
  shapeAt,
  typeOf,
} from './knowledge';
import { effective, type IsFlag, openAt, paramsOf, resolve, type Scope, scopeAt, thisOf } from './scope';
import { surroundings, templateOf } from './state';
import { isEscaped, pathOf } from './syntax';
import { editorTexts as texts } from './texts';

/** How far before the cursor its tag is looked for. */
const MOST_LOOKED_AT = 2000;

/** The tag that the cursor stands in, as far as it is written. */
interface Begun {
  readonly sigil: string;
  /** What stands between the sigil and the word at the cursor. */
  readonly before: string;
  /** The path at the cursor up to its last separator, without it; nothing where the word stands alone. */
  readonly parent: string | null;
  readonly from: number;
}

/** What may stand where the cursor is: only inside of a tag. */
export function completions(context: CompletionContext): CompletionResult | null {
  const { state, pos } = context;
  const start = Math.max(0, pos - MOST_LOOKED_AT);
  const text = state.sliceDoc(start, pos);
  const role = /\{\{\s*role\s+(["'])(\w*)$/.exec(text);
  const { know, hasRoles } = state.facet(surroundings);
  if (role !== null && hasRoles())
    return { from: pos - (role[2]?.length ?? 0), options: texts.roles.map((label) => ({ label })) };
  const begun = begunTag(text, pos);
  if (begun === null) return null;
  const template = templateOf(state);
  const knowledge = know();
  const scope = scopeAt(template, pos);
  if (begun.sigil === '/') {
    const open = openAt(template, pos).flatMap(({ open: { name } }) => (name === null ? [] : [name.name]));
    const options = [...new Set(open)].map((label, index) =>
      closing({ label, boost: -index, detail: texts.block }),
    );
    return { from: begun.from, options };
  }
  const options =
    begun.parent === null
      ? words(begun, scope, knowledge, hasRoles())
      : fields(begun, begun.parent, scope, knowledge);
  return options.length === 0
    ? null
    : { from: begun.from, options, validFor: begun.parent === null ? /^[@\w]*$/ : /^\w*$/ };
}

function begunTag(text: string, pos: number): Begun | null {
  const tag = /\{\{[{&]?~?[{&]?([#/^]?)((?:"[^"]*"|'[^']*'|[^{}"'])*)$/.exec(text);
  if (tag === null || isEscaped(text, tag.index) || tag[2]?.trimStart().startsWith('!')) return null;
  const [, sigil = '', inner = ''] = tag;
  // The name of a partial is none of the inputs.
  if (/^>\s*["']?[^\s"']*$/.test(inner)) return null;
  if (/\bas\s*\|[^|]*$/.test(inner)) return null;
  const typed = /(?:\.\.\/)*[@\w]*(?:[./]\w*)*$/.exec(inner)?.[0] ?? '';
  const separator = Math.max(typed.lastIndexOf('.'), typed.lastIndexOf('/'));
  const word = typed.slice(separator + 1);
  const before = inner.slice(0, inner.length - typed.length);
  if (sigil === '/') return { sigil, before, parent: null, from: pos - inner.trimStart().length };
  if (typed.endsWith('..')) return null;
  return { sigil, before, parent: separator < 0 ? null : typed.slice(0, separator), from: pos - word.length };
}

/** Whether the word at the cursor is the first of its tag, which may be a helper. */
function isHead({ before }: Begun): boolean {
  return /^\s*(else\s+)?$/.test(before);
}

function fields(begun: Begun, parent: string, scope: Scope, knowledge: Knowledge): Completion[] {
  const path = pathOf(parent === '' ? '.' : parent);
  const found = path && resolve(path, scope, flags(knowledge));
  if (found === null) return [];
  const shape = shapeAt(knowledge, found.steps);
  return fieldsOf(knowledge, shape).map((field) => named(field, shape, begun));
}

/** All that a word alone may be. */
function words(begun: Begun, scope: Scope, knowledge: Knowledge, hasRoles: boolean): Completion[] {
  const isFlag = flags(knowledge);
  const here = effective(scope, isFlag);
  const values = [...ownFields(begun, here, knowledge, isFlag), ...params(begun, scope, knowledge, isFlag)];
  const others = here.outer === null ? [] : rootFields(begun, knowledge);
  const shared = [...values, ...others, ...locals(here)];
  if (!isHead(begun)) return [...shared, ...argumentsAfter(begun)];
  const isElse = /\belse\s+$/.test(begun.before);
  const blocks = helpers.filter(({ form }) => form === 'block');
  if (isElse) return blocks.map((helper) => ({ ...described(helper), type: 'keyword' }));
  if (begun.sigil !== '') return [...blocks.map((helper) => opening('', helper)), ...values];
  const otherwise: Completion = { label: 'else', type: 'keyword', info: () => helperCard('else') };
  const calls = helpers.filter(({ name, form }) => form !== 'block' && (name !== 'role' || hasRoles));
  return [
    ...shared,
    ...blocks.map((helper) => opening('#', helper)),
    ...calls.map((helper) => ({ ...described(helper), type: 'function' })),
    otherwise,
  ];
}

/** The fields of `this`, which outside of blocks are the variables. */
function ownFields(begun: Begun, here: Scope, knowledge: Knowledge, isFlag: IsFlag): Completion[] {
  const steps = thisOf(here, isFlag);
  if (steps === null) return [];
  const shape = shapeAt(knowledge, steps);
  return fieldsOf(knowledge, shape).map((field) => named(field, shape, begun, 3));
}

/** The variables as they can be named from within a block. */
function rootFields(begun: Begun, knowledge: Knowledge): Completion[] {
  const shape = shapeAt(knowledge, []);
  return fieldsOf(knowledge, shape).map((field) => {
    const option = named(field, shape, begun);
    const label = `@root.${field.name}`;
    return { ...option, label, ...(option.apply !== undefined && { apply: put(label, '', true) }) };
  });
}

function params(begun: Begun, scope: Scope, knowledge: Knowledge, isFlag: IsFlag): Completion[] {
  return paramsOf(scope, isFlag).map((label) => {
    const path = pathOf(label);
    const steps = path && resolve(path, scope, isFlag)?.steps;
    if (!steps) return { label, type: 'variable', detail: texts.blockParameter, boost: 2 };
    return {
      ...named({ name: label, shape: shapeAt(knowledge, steps) }, null, begun, 2),
      detail: texts.blockParameter,
    };
  });
}

function locals(here: Scope): Completion[] {
  const isLoop = here.kind === 'each' || here.kind === 'section';
  const names = [
    'this',
    ...(isLoop ? ['@index', '@key', '@first', '@last'] : []),
    ...(here.outer === null ? [] : ['@root']),
    '@context',
  ];
  return names.map((label) => ({ label, type: 'constant', boost: -1, info: () => localCard(label) }));
}

/** What else an argument may be: a helper in parentheses, the name of an argument, names for the item of a loop. */
function argumentsAfter({ before }: Begun): Completion[] {
  if (/\(\s*$/.test(before)) {
    return helpers
      .filter(({ form }) => form === 'value' || form === 'condition')
      .map((helper) => ({ ...described(helper), type: 'function' }));
  }
  const word = /(?:^|\(|\belse\s)\s*(\w+)\s[^()]*$/.exec(before)?.[1] ?? '';
  const names = (helperOfName(word)?.named ?? []).map((name) => ({
    label: `${name}=`,
    type: 'property',
    detail: texts.argument,
  }));
  const canName = /^\s*(else\s+)?(each|with)\s+\S+\s+$/.test(before);
  return canName ? [...names, { label: 'as |item|', type: 'keyword', detail: texts.namesItem }] : names;
}

function named(field: Field, parent: Shape | null, begun: Begun, boost = 0): Completion {
  const { name, shape } = field;
  const required = isRequired(parent, field);
  const type = typeOf(shape);
  const label = /^[\w$-]+$/.test(name) ? name : `[${name}]`;
  const isList = /\b(each|with|lookup)\s+$/.test(begun.before) && (type === 'array' || type === 'object');
  const option: Completion = {
    label,
    type: 'variable',
    boost: boost + (isList ? 3 : 0),
    detail: [type, required ? texts.required : null].filter((word) => word !== null).join(', '),
    info: () => valueCard(field, required, false),
  };
  // A value stands alone in its tag; what has fields may go on.
  const isDone = isHead(begun) && begun.sigil === '' && type !== 'object' && !/\belse\s+$/.test(begun.before);
  if (isDone) return { ...option, apply: put(label, '', true) };
  return begun.sigil === '#' && isHead(begun)
    ? { ...option, apply: put(label, `{{/${label}}}`, true) }
    : option;
}

function described({ name, form }: Helper): Completion {
  return { label: name, detail: form === 'block' ? texts.block : texts.helper, info: () => helperCard(name) };
}

function closing(option: Completion): Completion {
  return {
    ...option,
    type: 'keyword',
    info: () => helperCard(option.label),
    apply: put(option.label, '', true),
  };
}

function opening(sigil: string, helper: Helper): Completion {
  const { name } = helper;
  return { ...described(helper), type: 'keyword', apply: put(`${sigil}${name} `, `{{/${name}}}`, false) };
}

/** Puts a text in, and the end of the tag where it is missing. The cursor stands after `text`, or after the tag. */
function put(text: string, rest: string, isDone: boolean) {
  return (view: EditorView, _: Completion, from: number, to: number) => {
    const isClosed = view.state.sliceDoc(to, to + 2) === '}}';
    const insert = text + (isClosed ? '' : '}}') + rest;
    const end = isClosed && rest !== '' ? to + 2 : to;
    const whole = isClosed && rest !== '' ? `${text}}}${rest}` : insert;
    const cursor = from + text.length + (isDone ? 2 : 0);
    view.dispatch({
      changes: { from, to: end, insert: whole },
      selection: { anchor: cursor },
      userEvent: 'input.complete',
    });
  };
}
