import { type EditorState, RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { templateOf } from './state';
import type { Tag } from './syntax';

/** The tags of the block that has a tag at an offset: its beginning, what stands between, and its end. */
function matchingTags(state: EditorState, at: number): Tag[] {
  const isHere = ({ from, to }: Tag) => from <= at && at <= to;
  for (const { open, elses, close } of templateOf(state).blocks) {
    const tags = [open, ...elses, ...(close === null ? [] : [close])];
    if (tags.some(isHere)) return tags;
  }
  return [];
}

const mark = Decoration.mark({ class: 'cm-hb-match' });

function decorate({ state, hasFocus }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { main } = state.selection;
  if (hasFocus && main.empty)
    for (const { from, to } of matchingTags(state, main.head)) builder.add(from, to, mark);
  return builder.finish();
}

/** Marks the tags that belong together where the cursor is at one of them, in the editor that has the focus. */
export const matching = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }

    update(update: ViewUpdate) {
      if (update.docChanged || update.selectionSet || update.focusChanged)
        this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
