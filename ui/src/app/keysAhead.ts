import { isStroke } from '../lib/shortcuts';

/** The search that keys are meant for. */
interface Search {
  /** Changes what is searched for. */
  readonly edit: (change: (text: string) => string) => void;
  readonly close: () => void;
  /** The keys that call for the search, which keep their meaning. */
  readonly calls: string;
}

const MODIFIERS = ['Shift', 'Control', 'Alt', 'AltGraph', 'Meta'];

/**
 * Takes the keys that belong to a search which was asked for and has the focus only later, as it is loaded or drawn:
 * what had the focus before gets none of them.
 */
export class KeysAhead {
  #others: KeyboardEvent[] = [];

  constructor(private readonly search: Search) {}

  begin(): void {
    window.addEventListener('keydown', this.#take, { capture: true });
  }

  /** Takes no more. Answers the keys that the search has a meaning for and that write nothing, such as Enter. */
  end(): readonly KeyboardEvent[] {
    window.removeEventListener('keydown', this.#take, { capture: true });
    const others = this.#others;
    this.#others = [];
    return others;
  }

  readonly #take = (event: KeyboardEvent): void => {
    const { key } = event;
    if (MODIFIERS.includes(key) || isStroke(event, this.search.calls)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const isCommand = (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState('AltGraph');
    if (isCommand) return;
    if (key === 'Escape') this.search.close();
    else if (key === 'Backspace') this.search.edit((text) => text.slice(0, -1));
    else if (key.length === 1) this.search.edit((text) => text + key);
    else this.#others.push(event);
  };
}
