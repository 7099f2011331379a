import { useSyncExternalStore } from 'react';

const times = new Map<string, number>();
const listeners = new Set<() => void>();

/** Fills the editor of a prompt anew from its draft, where that was changed from elsewhere. */
export function reopen(id: string): void {
  times.set(id, (times.get(id) ?? 0) + 1);
  listeners.forEach((tell) => tell());
}

/** How often the editor of a prompt was filled anew. */
export function useReopened(id: string): number {
  return useSyncExternalStore(subscribe, () => times.get(id) ?? 0);
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
