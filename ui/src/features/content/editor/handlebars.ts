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
import { renaming } from './renaming';
import { type TokenKind, tokens } from './tags';

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

/** Templates: colours, completion, what is told of a word, folding, and the tags that belong together. */
export const handlebars = [
  colours,
  autocompletion({ override: [completions], icons: false }),
  hover,
  renaming,
  blockFolding,
  matching,
];
