import { ariaKeys, type Shortcut, shown } from '../../lib/shortcuts';
import { shortcutTexts as texts } from './shortcuts.texts';
import { VIEWS, type View } from './views';

/** What a key does within a column that has the focus. */
export type ColumnAction =
  { kind: 'view'; view: View } | { kind: 'all'; view: View } | { kind: 'solo' } | { kind: 'everything' };

/** A shortcut of the columns. */
export interface ColumnShortcut extends Shortcut {
  readonly action: ColumnAction;
  /** The code of the key that is not a modifier, wherever a layout puts its letter. */
  readonly code: string;
}

/** The keys that work in a column that has the focus. */
export const columnShortcuts: readonly ColumnShortcut[] = [
  ...VIEWS.map((view, at) => ({
    id: `column.${view}`,
    keys: [`Alt+${at + 1}`],
    label: texts.views[view],
    action: { kind: 'view', view } as const,
    code: `Digit${at + 1}`,
  })),
  ...VIEWS.map((view, at) => ({
    id: `columns.${view}`,
    keys: [`Alt+Shift+${at + 1}`],
    label: texts.inAll(texts.views[view]),
    action: { kind: 'all', view } as const,
    code: `Digit${at + 1}`,
  })),
  {
    id: 'column.solo',
    keys: ['Alt+Enter'],
    label: texts.solo,
    action: { kind: 'solo' },
    code: 'Enter',
  },
  {
    id: 'columns.all',
    keys: ['Escape'],
    label: texts.showAll,
    action: { kind: 'everything' },
    code: 'Escape',
  },
];

interface Pressed {
  readonly code: string;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** What pressed keys do in a column; `null` for others. */
export function columnAction(pressed: Pressed): ColumnAction | null {
  if (pressed.ctrlKey || pressed.metaKey) return null;
  const found = columnShortcuts.find(
    ({ code, keys }) =>
      code === pressed.code &&
      keys.some(
        (way) => way.includes('Alt') === pressed.altKey && way.includes('Shift') === pressed.shiftKey,
      ),
  );
  return found?.action ?? null;
}

/** The keys of a shortcut as they stand beside an action. */
export function keysOf(id: string): string {
  return shown(find(id));
}

/** The same as `aria-keyshortcuts` names keys. */
export function ariaKeysOf(id: string): string {
  return ariaKeys(find(id));
}

function find(id: string): string {
  return columnShortcuts.find((shortcut) => shortcut.id === id)?.keys[0] ?? '';
}
