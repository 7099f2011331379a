import { useCallback, useMemo } from 'react';
import { Stored, useStored } from '../../lib/stored';
import { changesOf, type Draft, readDraft, unchanged } from './draft';

const drafts = new Map<string, Stored<Draft | null>>();

function draftOf(id: string): Stored<Draft | null> {
  const known = drafts.get(id);
  if (known !== undefined) return known;
  const stored = new Stored(`formaops.dataset.${id}`, readDraft);
  drafts.set(id, stored);
  return stored;
}

/** What was changed of a dataset and is not saved; it is kept on this device until it is. */
export function useDraft(id: string, head: number): [Draft, (draft: Draft) => void] {
  const [kept, keep] = useStored(useMemo(() => draftOf(id), [id]));
  const draft = useMemo(() => kept ?? unchanged(head), [kept, head]);
  const set = useCallback((next: Draft) => keep(changesOf(next) === 0 ? null : next), [keep]);
  return [draft, set];
}
