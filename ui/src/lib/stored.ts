import { useCallback, useSyncExternalStore } from 'react';

/** A choice that is kept on this device, and followed by whoever shows it. */
export class Stored<Value> {
  #value: Value | undefined;
  readonly #listeners = new Set<() => void>();

  /** `read` makes what it can of what was kept; `null` where nothing was. */
  constructor(
    private readonly key: string,
    private readonly read: (kept: unknown) => Value,
  ) {}

  readonly get = (): Value => {
    this.#value ??= this.read(this.#kept());
    return this.#value;
  };

  readonly set = (value: Value): void => {
    this.#value = value;
    try {
      localStorage.setItem(this.key, JSON.stringify(value));
    } catch {
      // Where nothing can be kept, the choice holds for as long as the page does.
    }
    this.#listeners.forEach((listener) => listener());
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** It may come from another version, or from anybody's hand. */
  #kept(): unknown {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? 'null') as unknown;
    } catch {
      return null;
    }
  }
}

/** The choice, and how to choose otherwise. */
export function useStored<Value>(stored: Stored<Value>): [Value, (value: Value) => void] {
  const value = useSyncExternalStore(stored.subscribe, stored.get);
  return [value, useCallback((next) => stored.set(next), [stored])];
}
