import { autocompletion } from '@codemirror/autocomplete';
import { RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { completions } from './completion';
import { blockFolding } from './folding';
import { hover } from './hover';
import { matching } from './matching';
import { partialCompletions } from './partialCompletion';
import { renaming } from './renaming';
import { templateOf } from './state';
import { type TokenKind, tokensOf } from './tags';

const marks: Record<TokenKind, Decoration> = {
  value: Decoration.mark({ class: 'cm-hb-value' }),
  key: Decoration.mark({ class: 'cm-hb-key' }),
  literal: Decoration.mark({ class: 'cm-hb-literal' }),
  comment: Decoration.mark({ class: 'cm-hb-comment' }),
};

function decorate({ state, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { tag } of templateOf(state).tags) {
    if (!visibleRanges.some(({ from, to }) => tag.to >= from && tag.from <= to)) continue;
    for (const { from, to, kind } of tokensOf(tag)) builder.add(from, to, marks[kind]);
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

/** Templates: colours, completion, what is told of a word, folding, and the tags that belong together. */
export const handlebars = [
  colours,
  autocompletion({ override: [completions, partialCompletions], icons: false }),
  hover,
  renaming,
  blockFolding,
  matching,
];
