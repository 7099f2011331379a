import { notifyUndo } from '../../lib/notify';
import { contentTexts } from '../content/texts';
import type { WorkActions } from '../prompt/desk';

/** Gives a variable another name everywhere, and offers to take that back everywhere. */
export function renameVariable(actions: WorkActions, from: string, to: string): void {
  actions.rename(from, to);
  notifyUndo(contentTexts.renamed(from, to), () => {
    actions.rename(to, from);
    return Promise.resolve();
  });
}
