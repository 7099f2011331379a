import { useLayoutEffect } from 'react';

/** Whether commands are given with Cmd. */
export const isMac = navigator.platform.startsWith('Mac');

/** The name of the key that commands are given with. */
export const modifierName = isMac ? '⌘' : 'Ctrl';

/** Calls `action` on Ctrl (or Cmd on a Mac) with a key, wherever the focus is. */
export function useCommandKey(key: string, action: () => void): void {
  // Before the screen is painted, so that a key works from the moment its button is seen.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const modified = isMac ? event.metaKey : event.ctrlKey;
      if (!modified || event.key !== key || event.altKey) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [key, action]);
}

const keySigns: Readonly<Record<string, string>> = isMac
  ? { Mod: '⌘', Alt: '⌥', Shift: '⇧', Ctrl: '⌃' }
  : { Mod: 'Ctrl', PageUp: 'Page up', PageDown: 'Page down' };

/** Keys such as `Mod-Shift-f` as they are named to people. */
export function keyNames(keys: string): string {
  return keys
    .split('-')
    .map((key) => keySigns[key] ?? (/^[a-z]$/.test(key) ? key.toUpperCase() : key))
    .join(isMac ? '' : '+');
}
