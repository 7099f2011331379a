import type { BlindPair, BlindSide } from '../../bindings/types';

/** Where a blind comparison stands: what was said of each pair, which pair is shown, and the pairs that were before. */
export interface Course {
  readonly choices: readonly (BlindSide | null)[];
  readonly at: number;
  /** The places that were left, the last one last: undoing goes back to them. */
  readonly left: readonly number[];
}

/** The beginning: at the first pair of which nothing is said. */
export function courseOf(pairs: readonly BlindPair[]): Course {
  const choices = pairs.map(({ choice }) => choice ?? null);
  const open = choices.indexOf(null);
  return { choices, at: open < 0 ? choices.length : open, left: [] };
}

/** What comes after something was said of the current pair, or with `null` after it was skipped. */
export function chosen({ choices, at, left }: Course, choice: BlindSide | null): Course {
  const now = choices.map((known, place) => (place === at && choice !== null ? choice : known));
  return { choices: now, at: next(now, at), left: [...left, at] };
}

/** The pair before, of which nothing is said any more; `null` where there is none. */
export function undone({ choices, left }: Course): Course | null {
  const at = left.at(-1);
  if (at === undefined) return null;
  const now = choices.map((known, place) => (place === at ? null : known));
  return { choices: now, at, left: left.slice(0, -1) };
}

/** How many pairs are decided. */
export function decidedOf({ choices }: Course): number {
  return choices.filter((choice) => choice !== null).length;
}

/** The next pair behind this one of which nothing is said; the end where there is none. */
function next(choices: readonly (BlindSide | null)[], at: number): number {
  const found = choices.findIndex((choice, place) => place > at && choice === null);
  return found < 0 ? choices.length : found;
}
