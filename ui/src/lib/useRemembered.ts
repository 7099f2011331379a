import { useCallback, useState } from 'react';

function remembered(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as unknown;
  } catch {
    return null;
  }
}

/** A choice that is there again after a new start. `read` makes what it can of what was remembered. */
export function useRemembered<Value>(
  key: string,
  read: (value: unknown) => Value,
): [Value, (next: Value) => void] {
  const [value, setValue] = useState(() => read(remembered(key)));
  const set = useCallback(
    (next: Value) => {
      setValue(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Where nothing can be remembered, the choice holds for as long as the page does.
      }
    },
    [key],
  );
  return [value, set];
}
