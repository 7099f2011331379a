import type { PromptId } from '../../bindings/types';

/** How many saves of drafts the host has still to tell of, by prompt. */
const untold = new Map<PromptId, number>();

/** Saves a draft, of which the host will tell everybody, this page too. */
export async function saving<Saved>(id: PromptId, save: () => Promise<Saved>): Promise<Saved> {
  untold.set(id, (untold.get(id) ?? 0) + 1);
  try {
    return await save();
  } catch (error) {
    isOwnSave(id);
    throw error;
  }
}

/** Whether news of a prompt are most likely those of a draft that this page has saved. Each save is asked for once. */
export function isOwnSave(id: PromptId | null): boolean {
  const count = id === null ? 0 : (untold.get(id) ?? 0);
  if (id === null || count === 0) return false;
  if (count === 1) untold.delete(id);
  else untold.set(id, count - 1);
  return true;
}
