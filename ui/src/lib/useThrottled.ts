import { useEffect, useEffectEvent, useState } from 'react';

/** A value that changes often, as it was at most some milliseconds ago. */
export function useThrottled<Value>(value: Value, everyMs: number): Value {
  const [shown, setShown] = useState(value);
  const show = useEffectEvent(() => setShown(value));
  const isBehind = value !== shown;
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => show(), everyMs);
    return () => clearTimeout(timer);
  }, [shown, isBehind, everyMs]);
  return shown;
}
