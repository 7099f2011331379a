import { useEffect, useEffectEvent, useState } from 'react';
import { takeTurn } from './turns';

/** A value that changes often, as it was some milliseconds ago. Of several such, one is drawn in a frame. */
export function useThrottled<Value>(value: Value, everyMs: number): Value {
  const [shown, setShown] = useState(value);
  const show = useEffectEvent(() => setShown(value));
  const isBehind = value !== shown;
  useEffect(() => {
    if (!isBehind) return;
    let leave: (() => void) | undefined;
    const timer = setTimeout(() => {
      leave = takeTurn(() => show());
    }, everyMs);
    return () => {
      clearTimeout(timer);
      leave?.();
    };
  }, [shown, isBehind, everyMs]);
  return shown;
}
