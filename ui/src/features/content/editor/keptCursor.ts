import { EditorView } from '@codemirror/view';

/**
 * Keeps the browser's cursor where the editor has its own. Marks that come or go, such as those of diagnostics, move
 * texts about in the page; a browser takes its cursor out of a text that is moved, and the next key would write there.
 * Left between two elements it is where it should be, but the browser takes it into a text of its own choice with the
 * next key.
 */
export const keptCursor = EditorView.updateListener.of(({ view, docChanged, selectionSet }) => {
  if (docChanged || selectionSet || !view.hasFocus || view.composing) return;
  const { main } = view.state.selection;
  const selection = view.contentDOM.ownerDocument.getSelection();
  if (!main.empty || selection?.focusNode == null || !view.contentDOM.contains(selection.focusNode)) return;
  const { focusNode, focusOffset } = selection;
  const isInText = focusNode.nodeType === Node.TEXT_NODE;
  if (isInText && view.posAtDOM(focusNode, focusOffset) === main.head) return;
  const { node, offset } = view.domAtPos(main.head);
  if (node !== focusNode || offset !== focusOffset) selection.collapse(node, offset);
});
