import { codeFolding, foldGutter, foldKeymap, foldService } from '@codemirror/language';
import { type EditorView, keymap } from '@codemirror/view';
import { templateOf } from './state';

/** What stands for what is folded. */
function placeholderDOM(view: EditorView, onclick: (event: Event) => void): HTMLElement {
  const dots = document.createElement('span');
  dots.className = 'cm-foldPlaceholder';
  dots.textContent = '…';
  dots.title = view.state.phrase('unfold');
  dots.ariaLabel = view.state.phrase('folded code');
  // The cursor stays: moving it may draw the line anew before the button is let go, and no click comes of it.
  dots.onmousedown = (event) => event.preventDefault();
  dots.onclick = onclick;
  return dots;
}

/** Folding, by a click in the gutter and by keys. */
export const folding = [
  codeFolding({ placeholderDOM }),
  foldGutter({ openText: '▾', closedText: '▸' }),
  keymap.of(foldKeymap),
];

/** A block folds from the end of the line where it begins to its own end, where both are on different lines. */
export const blockFolding = foldService.of((state, lineStart, lineEnd) => {
  const block = templateOf(state).blocks.find(
    ({ open, close }) =>
      open.from >= lineStart && open.to <= lineEnd && close !== null && close.from > lineEnd,
  );
  return block?.close ? { from: lineEnd, to: block.close.from } : null;
});
