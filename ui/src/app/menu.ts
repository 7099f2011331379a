import { commands } from '../lib/commands';
import { type CommandId, commandTexts } from './commands.texts';

/** Does what was chosen from the menu of the window. */
export function chooseFromMenu(id: string): void {
  if (id === 'menuUndo') edit('undo');
  else if (id === 'menuRedo') edit('redo');
  else if (id in commandTexts) commands.run(id as CommandId);
}

/** Undoes or redoes what was typed, or outside of fields undoes what was done last. */
function edit(what: 'undo' | 'redo'): void {
  const focus = document.activeElement;
  if (!(focus instanceof HTMLElement) || !takesText(focus)) {
    if (what === 'undo') commands.run('undo');
    return;
  }
  // An editor with a history of its own takes this; a plain field has that of the web view.
  const inputType = what === 'undo' ? 'historyUndo' : 'historyRedo';
  const asked = new InputEvent('beforeinput', { inputType, cancelable: true, bubbles: true });
  if (focus.dispatchEvent(asked)) {
    // There is no other way to the history of a field.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    document.execCommand(what);
  }
}

function takesText(element: HTMLElement): boolean {
  return element.isContentEditable || element.matches('input, textarea');
}
