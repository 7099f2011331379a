import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { streams } from '../app/live';
import type { StreamedText } from './streams';

/** The text of an answer as it grows; `expected` bytes are known to be there already. */
export function useStream(executionId: string, expected: number): StreamedText {
  const subscribe = useCallback(
    (listener: () => void) => streams.subscribe(executionId, listener),
    [executionId],
  );
  const text = useSyncExternalStore(subscribe, () => streams.get(executionId));
  useEffect(() => {
    if (streams.known(executionId) < expected) void streams.fill(executionId);
  }, [executionId, expected]);
  return text;
}
