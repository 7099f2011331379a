import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { inserted, moved, without } from './body';

let made = 0;

/** Keys that stay with the items of a list that have no identity of their own, so that editors move along. */
export interface Keys {
  readonly keys: readonly number[];
  /** What changes them along with the list; the same as long as the list is on screen. */
  readonly changes: KeyChanges;
}

/** Changes of a list, said of its keys. */
export interface KeyChanges {
  /** The key of the item at a place. */
  keyAt(at: number): number | undefined;
  /** Where the item of a key is by now; less than 0 where it is gone. */
  placeOf(key: number): number;
  move(from: number, to: number): void;
  /** Answers the new key. */
  insert(at: number): number;
  remove(at: number): void;
}

/** Keys for a list of this length. A list that changed from outside gets more or fewer at its end. */
export function useKeys(length: number): Keys {
  const [keys, setKeys] = useState<readonly number[]>([]);
  let current = keys;
  if (keys.length !== length) {
    current = [...keys.slice(0, length), ...fresh(length - keys.length)];
    setKeys(current);
  }
  const latest = useRef<readonly number[]>(current);
  useLayoutEffect(() => {
    latest.current = current;
  }, [current]);
  const changes = useMemo<KeyChanges>(
    () => ({
      keyAt: (at) => latest.current[at],
      placeOf: (key) => latest.current.indexOf(key),
      move: (from, to) => setKeys((now) => moved(now, from, to)),
      insert: (at) => {
        const [key = 0] = fresh(1);
        setKeys((now) => inserted(now, at, key));
        return key;
      },
      remove: (at) => setKeys((now) => without(now, at)),
    }),
    [],
  );
  return { keys: current, changes };
}

function fresh(count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, () => (made += 1));
}
