/** A choice that is kept on this device, and followed by whoever shows it. */
export class Stored<Value> {
  #value: Value | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly key: string,
    private readonly parse: (text: string | null) => Value,
  ) {}

  readonly get = (): Value => {
    this.#value ??= this.parse(localStorage.getItem(this.key));
    return this.#value;
  };

  set(value: Value): void {
    this.#value = value;
    localStorage.setItem(this.key, JSON.stringify(value));
    this.#listeners.forEach((listener) => listener());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
