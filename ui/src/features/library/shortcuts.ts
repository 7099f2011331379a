import type { Shortcut } from '../../lib/shortcuts';

/** The keys that belong to the list of prompts. */
export const libraryShortcuts: readonly Shortcut[] = [
  { id: 'select', keys: ['Space'], label: 'Select the prompt' },
  { id: 'extend', keys: ['Shift+ArrowDown', 'Shift+ArrowUp'], label: 'Select up to the next prompt' },
  { id: 'select-all', keys: ['mod+A'], label: 'Select all' },
];
