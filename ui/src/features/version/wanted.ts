import { useParams, useRouterState, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

/** A version that the address wants to be shown, anew each time that somebody goes there. */
export interface WantedVersion {
  readonly id: string;
  /** Tells one time that somebody goes there from the next. */
  readonly visit: string;
}

/**
 * The version of a prompt that the address wants, from when it does on; `onWanted` is called then. Screens of other
 * prompts are kept as they are meanwhile.
 */
export function useWantedVersion(prompt: string, onWanted: () => void): WantedVersion | null {
  const here = useParams({ strict: false, select: ({ id }) => id });
  const id = useSearch({ strict: false, select: ({ version }: { version?: string }) => version });
  const visit = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? location.href });
  const [wanted, setWanted] = useState<WantedVersion | null>(null);
  // What an address asks for is told a moment after the address.
  if (here === prompt && id !== undefined && (wanted?.visit !== visit || wanted.id !== id)) {
    setWanted({ id, visit });
    onWanted();
  }
  return wanted;
}
