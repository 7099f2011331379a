import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { streams } from '../app/live';
import type { OutputPart } from '../bindings/types';
import type { StreamedText } from './streams';

/** A text of an execution as it grows; `expected` bytes are known to be there already. */
export function useStream(part: OutputPart, executionId: string, expected: number): StreamedText {
  const stream = streams[part];
  const subscribe = useCallback(
    (listener: () => void) => stream.subscribe(executionId, listener),
    [stream, executionId],
  );
  const text = useSyncExternalStore(subscribe, () => stream.get(executionId));
  useEffect(() => {
    if (stream.known(executionId) < expected) void stream.fill(executionId);
  }, [stream, executionId, expected]);
  return text;
}
