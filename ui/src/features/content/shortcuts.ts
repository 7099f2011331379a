import type { Shortcut } from '../../lib/shortcuts';
import { contentTexts } from './texts';

const texts = contentTexts.shortcuts;

/** Something that keys do in the editors of a prompt. */
export interface ContentShortcut extends Shortcut {
  readonly id: keyof typeof texts;
  /** Where it works. */
  readonly where: 'message' | 'editor';
}

const shortcut = (
  where: ContentShortcut['where'],
  id: ContentShortcut['id'],
  ...keys: string[]
): ContentShortcut => ({
  id,
  keys,
  label: texts[id],
  where,
});

/** All keys of the editors of a prompt. */
export const contentShortcuts: readonly ContentShortcut[] = [
  shortcut('message', 'addAfter', 'Alt-Shift-Enter'),
  shortcut('message', 'addBefore', 'Mod-Alt-Enter'),
  shortcut('message', 'moveUp', 'Alt-PageUp'),
  shortcut('message', 'moveDown', 'Alt-PageDown'),
  shortcut('message', 'duplicate', 'Alt-Shift-d'),
  shortcut('message', 'fold', 'Alt-Shift-f'),
  shortcut('message', 'remove', 'Alt-Shift-Backspace'),
  shortcut('editor', 'complete', 'Ctrl-Space'),
  shortcut('editor', 'goToInput', 'F12', 'Mod-Click'),
  shortcut('editor', 'rename', 'F2'),
  shortcut('editor', 'nextProblem', 'F8'),
  shortcut('editor', 'previousProblem', 'Shift-F8'),
  shortcut('editor', 'fixProblem', 'Alt-Enter'),
  shortcut('editor', 'foldBlock', 'Ctrl-Shift-['),
  shortcut('editor', 'unfoldBlock', 'Ctrl-Shift-]'),
  shortcut('editor', 'foldAllBlocks', 'Ctrl-Alt-['),
  shortcut('editor', 'unfoldAllBlocks', 'Ctrl-Alt-]'),
  shortcut('editor', 'find', 'Mod-f'),
  shortcut('editor', 'findNext', 'Mod-g', 'F3'),
  shortcut('editor', 'findPrevious', 'Mod-Shift-g', 'Shift-F3'),
  shortcut('editor', 'selectNextOccurrence', 'Mod-d'),
  shortcut('editor', 'selectAllOccurrences', 'Mod-Shift-l'),
  shortcut('editor', 'addCursor', 'Alt-Click'),
  shortcut('editor', 'matchingBracket', 'Mod-Shift-\\'),
  shortcut('editor', 'undo', 'Mod-z'),
  shortcut('editor', 'redo', 'Mod-y', 'Mod-Shift-z'),
];

/** What is asked of an event of a key. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether an event presses these keys. Letters go by their place: with Alt a Mac writes others in their stead. */
export function isPressed(event: KeyPress, keys: string, isMac: boolean): boolean {
  const parts = keys.split('-');
  const key = parts.pop() ?? '';
  const mod = parts.includes('Mod');
  const isKey = /^[a-z]$/.test(key) ? event.code === `Key${key.toUpperCase()}` : event.key === key;
  return (
    isKey &&
    event.ctrlKey === (parts.includes('Ctrl') || (mod && !isMac)) &&
    event.metaKey === (mod && isMac) &&
    event.altKey === parts.includes('Alt') &&
    event.shiftKey === parts.includes('Shift')
  );
}

/** The shortcut of one place that an event presses. */
export function shortcutOf(
  event: KeyPress,
  where: ContentShortcut['where'],
  isMac: boolean,
): ContentShortcut['id'] | null {
  const found = contentShortcuts.find(
    (known) => known.where === where && known.keys.some((keys) => isPressed(event, keys, isMac)),
  );
  return found?.id ?? null;
}
