type Act = () => void;

/** Acts that are worth most of a frame, done one after the other: each has a frame of its own. */
export class Turns {
  readonly #waiting = new Set<Act>();
  #isScheduled = false;

  constructor(private readonly schedule: (next: Act) => void) {}

  /** Does something once it is its turn. Answers how to leave before. */
  readonly take = (act: Act): Act => {
    const turn = () => act();
    this.#waiting.add(turn);
    this.#wait();
    return () => void this.#waiting.delete(turn);
  };

  #wait(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    this.schedule(() => {
      this.#isScheduled = false;
      const [first] = this.#waiting;
      if (first === undefined) return;
      this.#waiting.delete(first);
      this.#wait();
      first();
    });
  }
}

/** The turns of the page. */
const turns = new Turns((next) => requestAnimationFrame(next));

/** Does something that is worth most of a frame once no other such has the frame. Answers how to leave before. */
export const takeTurn = turns.take;
