import { notifyUndo, undoStack } from '../../lib/notify';
import type { Undoable } from '../../lib/undo';
import { contentTexts } from '../content/texts';
import type { WorkActions } from '../prompt/desk';

/** The last offer to take a new name back, of each work. */
const offered = new WeakMap<
  WorkActions,
  { readonly from: string; readonly to: string; readonly act: Undoable }
>();

/** Gives a variable another name everywhere, and offers to take that back everywhere. */
export function renameVariable(actions: WorkActions, from: string, to: string): void {
  actions.rename(from, to);
  const act = notifyUndo(contentTexts.renamed(from, to), () => {
    actions.rename(to, from);
    return Promise.resolve();
  });
  offered.set(actions, { from, to, act });
}

/** Gives a variable the name again that an editor took back or brought back, which nobody need offer any more. */
export function renameBack(actions: WorkActions, from: string, to: string): void {
  actions.rename(from, to);
  const last = offered.get(actions);
  if (last?.from === to && last.to === from) undoStack.forget(last.act);
}
