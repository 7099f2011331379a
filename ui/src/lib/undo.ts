/** An act that can be undone. */
export interface Undoable {
  /** What was done, as it was told. */
  readonly message: string;
  readonly undo: () => Promise<unknown>;
  /** Takes back the offer to undo it that is on the screen. */
  readonly dismiss: () => void;
}

/** Beyond this many, the oldest is forgotten: nobody remembers what it was. */
const MOST = 20;

/** The acts that can be undone, newest last. */
export class UndoStack {
  #acts: readonly Undoable[] = [];
  readonly #listeners = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#acts.length === 0;
  }

  push(act: Undoable): void {
    this.#change([...this.#acts, act].slice(-MOST));
  }

  /** Undoes an act, or the newest, and answers it; `null` where there is none, or it was undone already. */
  async undo(act: Undoable | undefined = this.#acts.at(-1)): Promise<Undoable | null> {
    if (act === undefined || !this.#acts.includes(act)) return null;
    // Before it is done, so that pressing twice does not undo it twice.
    this.#change(this.#acts.filter((other) => other !== act));
    act.dismiss();
    await act.undo();
    return act;
  }

  /** Forgets an act, which cannot be undone any more, or was in another way. */
  forget(act: Undoable): void {
    if (!this.#acts.includes(act)) return;
    this.#change(this.#acts.filter((other) => other !== act));
    act.dismiss();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(acts: readonly Undoable[]): void {
    this.#acts = acts;
    this.#listeners.forEach((listener) => listener());
  }
}
