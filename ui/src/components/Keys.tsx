import type { CommandId } from '../app/commands.texts';
import { commands } from '../lib/commands';
import { shown } from '../lib/shortcuts';

/** The keys of a command, beside what it does; nothing where it has none. */
export function Keys({ of, className }: { of: CommandId; className?: string | undefined }) {
  const [keys] = commands.keysOf(of);
  return keys === undefined ? null : <kbd className={className}>{shown(keys)}</kbd>;
}
