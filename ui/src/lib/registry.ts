import { type CommandId, commandTexts } from '../app/commands.texts';
import type { Host } from '../host/host';
import { isStroke } from './shortcuts';

/** What a screen says of a command that it can carry out while it is there. */
export interface Act {
  /** Carries it out. */
  readonly act: () => void;
  /** Whether it can be carried out now; it can unless said otherwise. */
  readonly isAvailable?: boolean;
}

/** The acts that a screen gives, by the commands they carry out. */
export type Acts = Partial<Record<CommandId, Act | (() => void)>>;

const ids = Object.keys(commandTexts) as CommandId[];

/** What the commands are carried out by: of several screens that know one, the one that came last. */
export class CommandRegistry {
  #given: readonly { readonly owner: symbol; readonly acts: Acts }[] = [];
  #available: readonly CommandId[] = [];
  readonly #listeners = new Set<() => void>();

  /** @param host what the page runs in, which keeps some keys to itself */
  constructor(private readonly host: Host['kind']) {}

  /** Takes acts, in place of those that the owner gave before. */
  give(owner: symbol, acts: Acts): void {
    const known = this.#given.findIndex((other) => other.owner === owner);
    if (known < 0) this.#given = [...this.#given, { owner, acts }];
    else this.#given = this.#given.map((other, at) => (at === known ? { owner, acts } : other));
    this.#told();
  }

  /** Forgets the acts of an owner. */
  take(owner: symbol): void {
    this.#given = this.#given.filter((other) => other.owner !== owner);
    this.#told();
  }

  /** Carries a command out; answers whether it could. */
  run(id: CommandId): boolean {
    const act = this.#find(id);
    act?.();
    return act !== undefined;
  }

  /** The keys of a command, best known first; none where a browser keeps them to itself. */
  keysOf(id: CommandId): readonly string[] {
    const { keys } = commandTexts[id];
    if (keys === undefined) return [];
    return typeof keys === 'string' ? [keys] : keys[this.host];
  }

  /** Carries out the command that a keystroke stands for. Answers whether the keystroke is taken. */
  takeKey(event: KeyboardEvent): boolean {
    // What the focus has used itself, such as an editor its own keys, is not a command.
    if (event.defaultPrevented || event.isComposing) return false;
    const id = ids.find((id) => this.#isKnown(id) && this.keysOf(id).some((keys) => isStroke(event, keys)));
    if (id === undefined) return false;
    if (commandTexts[id].outsideFields === true && isField(event.target)) return false;
    event.preventDefault();
    this.run(id);
    return true;
  }

  /** What can be carried out now, in the order of the table. The same list until it changes. */
  readonly available = (): readonly CommandId[] => this.#available;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether anybody here gives the command, even if it cannot be carried out now. */
  #isKnown(id: CommandId): boolean {
    return this.#given.some(({ acts }) => acts[id] !== undefined);
  }

  #find(id: CommandId): (() => void) | undefined {
    const given = this.#given.findLast(({ acts }) => acts[id] !== undefined)?.acts[id];
    if (typeof given === 'function') return given;
    return given?.isAvailable === false ? undefined : given?.act;
  }

  #told(): void {
    const available = ids.filter((id) => this.#find(id) !== undefined);
    if (available.join() === this.#available.join()) return;
    this.#available = available;
    this.#listeners.forEach((listener) => listener());
  }
}

/** Whether what has the focus takes text. */
function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select')
  );
}
