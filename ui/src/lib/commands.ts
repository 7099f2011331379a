import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type { CommandId } from '../app/commands.texts';
import { host } from '../host';
import { type Acts, CommandRegistry } from './registry';

/** The commands of the page. */
export const commands = new CommandRegistry(host.kind);

/** Gives commands while the screen is there. What they do may change with every render. */
export function useCommands(acts: Acts): void {
  const owner = useRef<symbol>(undefined);
  // Before the screen is painted, so that a key works from the moment its button is seen.
  useLayoutEffect(() => {
    owner.current ??= Symbol('screen');
    commands.give(owner.current, acts);
  });
  useLayoutEffect(
    () => () => {
      if (owner.current !== undefined) commands.take(owner.current);
    },
    [],
  );
}

/** The commands that can be carried out now. */
export function useAvailable(): readonly CommandId[] {
  return useSyncExternalStore(commands.subscribe, commands.available);
}

/** Follows the keyboard for as long as the page lives. */
export function followKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent) => commands.takeKey(event);
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
