/** Somebody who types on rests for less than this, in milliseconds. */
export const REST_MS = 30;
/** The longest that what follows the work waits, however fast somebody types. */
export const MOST_MS = 60;

/**
 * A value that changes with each keystroke, as it was when the typing last rested. What is worked out from all of it
 * follows this one, so that a keystroke costs no more than the words it adds.
 */
export class Calm<Value> {
  #value: Value;
  #since: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly now: () => Value) {
    this.#value = now();
  }

  readonly get = (): Value => this.#value;

  /** Whether it is as it is now. */
  readonly isRested = (): boolean => this.#since === null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The value may have changed. */
  readonly changed = (): void => {
    if (this.now() === this.#value) return;
    const now = performance.now();
    const isFirst = this.#since === null;
    this.#since ??= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#rest, Math.min(REST_MS, Math.max(0, this.#since + MOST_MS - now)));
    if (isFirst) this.#tell();
  };

  readonly #rest = (): void => {
    this.#since = null;
    this.#value = this.now();
    this.#tell();
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
