import { codeFolding, foldGutter, foldKeymap, foldService } from '@codemirror/language';
import { keymap } from '@codemirror/view';
import { templateOf } from './state';

/** Folding, by a click in the gutter and by keys. */
export const folding = [codeFolding(), foldGutter({ openText: '▾', closedText: '▸' }), keymap.of(foldKeymap)];

/** A block folds from the end of the line where it begins to its own end, where both are on different lines. */
export const blockFolding = foldService.of((state, lineStart, lineEnd) => {
  const block = templateOf(state).blocks.find(
    ({ open, close }) =>
      open.from >= lineStart && open.to <= lineEnd && close !== null && close.from > lineEnd,
  );
  return block?.close ? { from: lineEnd, to: block.close.from } : null;
});
