import type { Run } from '../bindings/types';
import { host } from '../host';
import { tookLong } from './longRun';
import { Stored, useStored } from './stored';

const stored = new Stored<boolean>('formaops.announce', (kept) =>
  // A browser asks before it lets a page speak outside of its window; the desktop's own app may.
  typeof kept === 'boolean' ? kept : host.kind === 'desktop',
);

/** The same end may be heard of twice. */
let lastTold = '';

/** Whether the ends of long runs are told by the desktop. */
export const announcements = {
  /** Switches them on or off; a browser asks the reader first. */
  async choose(wanted: boolean): Promise<void> {
    stored.set(wanted && (await host.mayNotify()));
  },
  /** Tells that a run ended, where somebody wants to know and does not see it. */
  told(run: Run, words: { title: string; text: string }): void {
    const end = `${run.id} ${run.completedAt ?? ''}`;
    if (end === lastTold || !stored.get() || document.hasFocus() || !tookLong(run)) return;
    lastTold = end;
    host.notify(words.title, words.text);
  },
};

/** Whether the ends of long runs are told by the desktop. */
export function useAnnouncing(): boolean {
  return useStored(stored)[0];
}
