import type { Run } from '../bindings/types';

/** What takes longer than this may have been left to itself, in milliseconds. */
const LONG_MS = 10_000;

/** Whether a run came to its end after a time in which its reader may have gone elsewhere. */
export function tookLong({ status, createdAt, completedAt }: Run): boolean {
  if (status !== 'completed' || completedAt == null) return false;
  return Date.parse(completedAt) - Date.parse(createdAt) > LONG_MS;
}
