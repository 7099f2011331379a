import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { Facet, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { blockHelpers, type TokenKind, tokens, valueHelpers } from './tags';

/** A variable that a template may name. */
export interface KnownName {
  readonly name: string;
  /** What it is, in a word or two. */
  readonly detail: string;
}

/** The variables to complete. */
export const knownNames = Facet.define<readonly KnownName[], readonly KnownName[]>({
  combine: (lists) => lists.flat(),
});

const marks: Record<TokenKind, Decoration> = {
  value: Decoration.mark({ class: 'cm-hb-value' }),
  key: Decoration.mark({ class: 'cm-hb-key' }),
  literal: Decoration.mark({ class: 'cm-hb-literal' }),
  comment: Decoration.mark({ class: 'cm-hb-comment' }),
};

/** How far around what is visible a tag may reach and still be coloured. */
const MARGIN = 4000;

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { doc } = view.state;
  let done = 0;
  for (const { from, to } of view.visibleRanges) {
    const start = Math.max(0, from - MARGIN);
    const text = doc.sliceString(start, Math.min(doc.length, to + MARGIN));
    for (const token of tokens(text)) {
      if (start + token.from < done || start + token.to < from || start + token.from > to) continue;
      done = start + token.to;
      builder.add(start + token.from, done, marks[token.kind]);
    }
  }
  return builder.finish();
}

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }

    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const blocks: Completion[] = blockHelpers.map((label) => ({ label, type: 'keyword', detail: 'block' }));
const values: Completion[] = valueHelpers.map((label) => ({ label, type: 'function', detail: 'helper' }));
const locals: Completion[] = ['this', '@index', '@key', '@first', '@last', '@root'].map((label) => ({
  label,
  type: 'constant',
  boost: -1,
}));

/** What may stand where the cursor is: only inside of a tag. */
export function completions(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const tag = /\{\{[~{]*([#/^]?)([^{}]*)$/.exec(before);
  if (tag === null) return null;
  const word = /[@\w]*$/.exec(before)?.[0] ?? '';
  const from = context.pos - word.length;
  const [, sigil, inner = ''] = tag;
  const isFirst = inner.trim() === word;
  if (
    /["'][^"']*$/.test(inner.replace(/(["']).*?\1/g, '')) ||
    before[before.length - word.length - 1] === '.'
  ) {
    return null;
  }
  if (sigil === '/') return { from, options: blocks.map(closing), validFor: /^\w*$/ };
  const names = context.state
    .facet(knownNames)
    .map(({ name, detail }) => ({ label: name, type: 'variable', detail, boost: 2 }));
  if (!isFirst) return { from, options: [...names, ...locals], validFor: /^[@\w]*$/ };
  if (sigil === '#') return { from, options: blocks.map(opening('')), validFor: /^\w*$/ };
  const otherwise: Completion = { label: 'else', type: 'keyword' };
  return {
    from,
    options: [...names.map(value), ...blocks.map(opening('#')), ...values, otherwise, ...locals],
    validFor: /^[@\w]*$/,
  };
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

const value = (option: Completion): Completion => ({ ...option, apply: put(option.label, '', true) });
const closing = (option: Completion): Completion => ({ ...option, apply: put(option.label, '', true) });
const opening =
  (sigil: string) =>
  (option: Completion): Completion => ({
    ...option,
    apply: put(`${sigil}${option.label} `, `{{/${option.label}}}`, false),
  });

/** Templates: colours and completion. */
export const handlebars = [colours, autocompletion({ override: [completions], icons: false })];
