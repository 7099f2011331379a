import type { Content } from '../../bindings/types';
import { notifyError, notifyUndo, undoStack } from '../../lib/notify';
import type { Undoable } from '../../lib/undo';
import type { WorkActions } from '../prompt/desk';

/** What was moved from where, so that several moves of one message are taken back together. */
export interface Moved {
  readonly key: number;
  readonly from: number;
}

interface Done {
  readonly act: Undoable;
  /** The content as the act left it. */
  readonly left: Content;
  readonly moved: Moved | null;
}

/** Acts on messages that are offered to be undone; by a key in an editor too, where nothing was changed since. */
export class MessageActs {
  #done: readonly Done[] = [];

  constructor(private readonly actions: Pick<WorkActions, 'now'>) {}

  /** Says what was done, and offers to undo it. */
  offer(message: string, undo: () => void, moved: Moved | null = null): void {
    const act = notifyUndo(message, () => {
      const wasLast = this.#last()?.act === act;
      undo();
      this.#done = this.#done.filter((done) => done.act !== act);
      const before = this.#done.at(-1);
      if (wasLast && before !== undefined)
        this.#done = [...this.#done.slice(0, -1), { ...before, left: this.actions.now().content }];
      return Promise.resolve();
    });
    this.#done = [...this.#done, { act, left: this.actions.now().content, moved }];
  }

  /** Where the message of a key stood before the moves that were the last acts; `null` where it was not moved. */
  movedFrom(key: number): number | null {
    const { moved = null } = this.#last() ?? {};
    return moved?.key === key ? moved.from : null;
  }

  /** Takes the offer of the last act back, as another offers the same and more. */
  forgetLast(): void {
    const last = this.#done.at(-1);
    if (last === undefined) return;
    this.#done = this.#done.slice(0, -1);
    undoStack.forget(last.act);
  }

  /** Undoes the last act; tells whether there is one that nothing was changed since. */
  undo(): boolean {
    const last = this.#last();
    if (last === undefined) return false;
    void undoStack.undo(last.act).catch(notifyError);
    return true;
  }

  #last(): Done | undefined {
    const last = this.#done.at(-1);
    return last?.left === this.actions.now().content ? last : undefined;
  }
}
