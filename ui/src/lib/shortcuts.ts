/** A key, or keys pressed together, and what they do. */
export interface Shortcut {
  readonly id: string;
  /** Each way to press it, such as `mod+Shift+T`, `Alt-ArrowLeft` or `?`; `mod` is Ctrl, or Cmd on a Mac. */
  readonly keys: readonly string[];
  readonly label: string;
}

/** Shortcuts that belong together, as the sheet shows them. */
export interface ShortcutList {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** Whether commands are given with Cmd. */
export const isMac = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');

/** How keys are shown, where their own name is too long. */
const SIGNS: Record<string, string> = {
  Enter: '⏎',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  PageUp: 'Page up',
  PageDown: 'Page down',
};

/** On a Mac, modifiers are signs too. */
const MAC_SIGNS: Record<string, string> = { mod: '⌘', Shift: '⇧', Alt: '⌥', Ctrl: '⌃' };

/** Keys as they are written beside what they do: `Ctrl Shift T`. */
export function shown(keys: string, mac = isMac): string {
  const name = (key: string) => {
    if (mac && MAC_SIGNS[key] !== undefined) return MAC_SIGNS[key];
    if (key === 'mod') return 'Ctrl';
    return SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  };
  return keysOf(keys).map(name).join(' ');
}

/** Keys as `aria-keyshortcuts` takes them: `Control+Shift+T`. */
export function ariaKeys(keys: string, mac = isMac): string {
  const names: Record<string, string> = { mod: mac ? 'Meta' : 'Control', Ctrl: 'Control' };
  return keysOf(keys)
    .map((key) => names[key] ?? key)
    .join('+');
}

/** What of a keystroke says which keys it is. */
export type Stroke = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether a keystroke is these keys, and no others with them. */
export function isStroke(stroke: Stroke, keys: string, mac = isMac): boolean {
  const wanted = keysOf(keys);
  const last = wanted.at(-1) ?? '';
  const has = (name: string) => wanted.includes(name);
  if (stroke.key.toLowerCase() !== last.toLowerCase()) return false;
  if (stroke.altKey !== has('Alt')) return false;
  if (stroke.ctrlKey !== (has('Ctrl') || (has('mod') && !mac))) return false;
  if (stroke.metaKey !== (has('mod') && mac)) return false;
  // Where a sign stands on the keyboard, and whether Shift is needed for it, differs from one to the next.
  const isSign = last.length === 1 && last.toLowerCase() === last.toUpperCase();
  return isSign || stroke.shiftKey === has('Shift');
}

/** `mod++` are two keys, of which one is the sign `+`. */
function keysOf(keys: string): string[] {
  return keys.split(/[+-](?=.)/).map((key) => (key === 'Mod' ? 'mod' : key));
}
