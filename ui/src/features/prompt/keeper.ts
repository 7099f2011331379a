import type { Content, VersionId } from '../../bindings/types';

/** What is kept of the work on a prompt. */
export interface Draft {
  readonly content: Content;
  readonly inputs: Record<string, unknown>;
  /** The branch that it is for. */
  readonly branch: string;
  /** The version that the work started from. */
  readonly base: VersionId | null;
}

/** Whether all work is with the host, on its way, or could not be kept the last time. */
export type Keeping = 'kept' | 'waiting' | 'failing';

/** Where work is kept. */
export interface Shelf<Kept = Draft> {
  /** Gives the work to the host. */
  readonly save: (draft: Kept) => Promise<unknown>;
  /** Puts a copy aside in this browser, for when the host does not take the work. */
  readonly putAside: (draft: Kept) => void;
  /** Removes that copy. */
  readonly clear: () => void;
  /** Told once when keeping begins to fail. */
  readonly onFailure: (error: unknown) => void;
}

/** The longest that work waits for the host, however long somebody types without a rest. */
export const KEEP_AFTER_MS = 400;
/** How long to wait after each failure; the last one over and over. */
export const TRY_AGAIN_MS = [500, 1000, 2000, 5000];

/**
 * Keeps the work on one thing, such as a prompt: one save after the other, and again until the host has taken it. It lives on when its
 * screen is left with work that is not kept yet.
 */
export class Keeper<Kept extends object = Draft> {
  #draft: Kept;
  #isDirty = false;
  #failures = 0;
  #saving: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly shelf: Shelf<Kept>,
    draft: Kept,
  ) {
    this.#draft = draft;
  }

  /** The work as it is now. */
  get draft(): Kept {
    return this.#draft;
  }

  get keeping(): Keeping {
    if (this.#failures > 0) return 'failing';
    return this.#isDirty || this.#saving !== null ? 'waiting' : 'kept';
  }

  /** Takes over what was changed, and keeps it soon. */
  change(part: Partial<Kept>): void {
    this.#draft = { ...this.#draft, ...part };
    this.#isDirty = true;
    this.#timer ??= setTimeout(() => void this.keep(), KEEP_AFTER_MS);
    this.#tell();
  }

  /** Takes work up that was kept elsewhere, in place of work of which nothing waits to be kept. */
  take(draft: Kept): void {
    if (this.keeping !== 'kept') return;
    this.#draft = draft;
    this.#tell();
  }

  /** Keeps what there is now, without waiting. It ends when that is kept, or could not be. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One after the other: of two at once the older might come last.
    while (this.#saving !== null) await this.#saving;
    if (!this.#isDirty) return;
    this.#saving = this.#save();
    await this.#saving;
  }

  /** Puts a copy of work aside that the host has not taken yet, as the page is about to go. */
  putAside(): void {
    if (this.keeping !== 'kept') this.shelf.putAside(this.#draft);
  }

  /** Calls a listener whenever the work or `keeping` may have changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #save(): Promise<void> {
    this.#isDirty = false;
    try {
      await this.shelf.save(this.#draft);
      this.shelf.clear();
      this.#failures = 0;
    } catch (error) {
      this.#isDirty = true;
      this.shelf.putAside(this.#draft);
      if (this.#failures === 0) this.shelf.onFailure(error);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.keep(), TRY_AGAIN_MS[this.#failures] ?? TRY_AGAIN_MS.at(-1));
      this.#failures += 1;
    } finally {
      this.#saving = null;
      this.#tell();
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
