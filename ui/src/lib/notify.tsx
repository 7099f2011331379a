import { notifications } from '@mantine/notifications';
import { Button, Group } from '@mantine/core';
import { texts } from '../app/texts';
import { Marked } from '../components/Notice';
import { toApiError } from '../host';
import { type Undoable, UndoStack } from './undo';

/** How long an undo is offered, in milliseconds: long enough to notice it, read it and get there. */
const UNDO_MS = 20_000;

/** Shows an error: what happened, and what to do. */
export function notifyError(thrown: unknown): void {
  const error = toApiError(thrown);
  notifications.show({
    color: 'red',
    title: <Marked text={error.message} />,
    message: <Marked text={error.hint ?? ''} />,
    autoClose: 8000,
  });
}

/** Says that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ message, autoClose: 2500 });
}

/** What was done lately and can be undone. */
export const undoStack = new UndoStack();

/**
 * Says that something was done, and offers to undo it; later ones first, it can be undone by a key too. Answers the offer,
 * to be forgotten where it was undone in another way.
 */
export function notifyUndo(message: string, undo: () => Promise<unknown>): Undoable {
  const id = notifications.show({ message: '', autoClose: UNDO_MS });
  const act: Undoable = { message, undo, dismiss: () => notifications.hide(id) };
  undoStack.push(act);
  const text = (
    <Group justify="space-between">
      {message}
      <Button variant="light" onClick={() => void undoStack.undo(act).catch(notifyError)}>
        {texts.actions.undo}
      </Button>
    </Group>
  );
  notifications.update({ id, message: text, autoClose: UNDO_MS });
  return act;
}

/** Undoes what was done last, wherever that was, and says what it was. */
export async function undoLast(): Promise<void> {
  try {
    const undone = await undoStack.undo();
    if (undone !== null) notifyDone(texts.actions.undone(undone.message));
  } catch (thrown) {
    notifyError(thrown);
  }
}
