import { contentShortcuts } from '../features/content/shortcuts';
import { libraryShortcuts } from '../features/library/shortcuts';
import { ratingShortcuts } from '../features/rating/shortcuts';
import { ratingTexts } from '../features/rating/texts';
import { columnShortcuts } from '../features/run/shortcuts';
import { commands } from '../lib/commands';
import type { Shortcut, ShortcutList } from '../lib/shortcuts';
import { commandGroups, type CommandId, commandTexts, paletteTexts } from './commands.texts';

/** Every keyboard shortcut there is: those of commands first, then those of parts of a screen that have their own. */
export function shortcutLists(): ShortcutList[] {
  const groups = Object.keys(commandGroups) as (keyof typeof commandGroups)[];
  const ofCommands = groups.map((group) => ({
    title: commandGroups[group],
    shortcuts: ids.flatMap((id) => (commandTexts[id].group === group ? shortcutOf(id) : [])),
  }));
  const ofParts: ShortcutList[] = [
    { title: paletteTexts.message, shortcuts: contentShortcuts.filter(({ where }) => where === 'message') },
    { title: paletteTexts.editor, shortcuts: contentShortcuts.filter(({ where }) => where === 'editor') },
    { title: paletteTexts.columns, shortcuts: columnShortcuts },
    { title: ratingTexts.shortcuts.title, shortcuts: ratingShortcuts },
    { title: paletteTexts.list, shortcuts: libraryShortcuts },
  ];
  return [...ofCommands, ...ofParts].filter(({ shortcuts }) => shortcuts.length > 0);
}

const ids = Object.keys(commandTexts) as CommandId[];

function shortcutOf(id: CommandId): Shortcut[] {
  const keys = commands.keysOf(id);
  return keys.length === 0 ? [] : [{ id, keys, label: commandTexts[id].label }];
}
