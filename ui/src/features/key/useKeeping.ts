import { useState } from 'react';
import { queries } from '../../app/live';
import { notifyDone } from '../../lib/notify';
import { openVault } from './vault';

interface Keeping {
  /** Whether the vault has to be open for it. */
  readonly needsVault: boolean;
  /** Sends the key. */
  readonly send: () => Promise<unknown>;
  /** What is said once it is kept. */
  readonly done: string;
  readonly onDone: () => void;
  readonly onError: (thrown: unknown) => void;
}

/** Keeps a key, and tells while that goes on. Nothing happens where the vault stays locked. */
export function useKeeping(): { busy: boolean; keep: (keeping: Keeping) => Promise<void> } {
  const [busy, setBusy] = useState(false);
  const keep = async ({ needsVault, send, done, onDone, onError }: Keeping) => {
    setBusy(true);
    try {
      if (needsVault && !(await openVault())) return;
      await send();
      await queries.invalidateQueries({ queryKey: ['providers'] });
      notifyDone(done);
      onDone();
    } catch (thrown) {
      onError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return { busy, keep };
}
