import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView } from '@codemirror/view';

const drawn = new Compartment();
const drawing = drawSelection();

/** Several cursors at once. One alone is the browser's own: to draw it costs each keystroke a layout. */
export const cursors: Extension = [
  EditorState.allowMultipleSelections.of(true),
  drawn.of([]),
  EditorState.transactionExtender.of(({ startState, newSelection }) => {
    const wanted = newSelection.ranges.length > 1 ? drawing : [];
    const isSame = (drawn.get(startState) === drawing) === (wanted === drawing);
    return isSame ? null : { effects: drawn.reconfigure(wanted) };
  }),
  // A click with Ctrl or Cmd goes to an input.
  EditorView.clickAddsSelectionRange.of(({ altKey }) => altKey),
];
