/** What can be found in the palette: a name, and other words for it. */
export interface Findable {
  readonly label: string;
  readonly words?: string;
}

/** Weights that keep the four kinds of match in their order, whatever the letters give. */
const WORD = 3000;
const INITIALS = 2000;
const INSIDE = 1000;
const NOT_AT_ALL = -Infinity;

/**
 * How well a text matches what is typed, or `null` where it does not. Best is what begins a word, then the first
 * letters of words, then what stands inside a word, then letters that are only there in their order. Among equals
 * the match nearer to the beginning wins, then the shorter text.
 */
export function score(query: string, text: string): number | null {
  const wanted = query.trim().toLowerCase();
  const from = text.toLowerCase();
  const found = [...from.matchAll(/[a-z0-9]+/g)];
  const start = found.find(({ index }) => from.startsWith(wanted, index));
  const length = from.length / 100;
  if (start !== undefined) return WORD - start.index - length;
  const initials = found.map(([word]) => word.charAt(0)).join('');
  if (initials.includes(wanted)) return INITIALS - length;
  const inside = from.indexOf(wanted);
  if (inside >= 0) return INSIDE - inside - length;
  const gaps = strewn(wanted.replace(/\s+/g, ''), from);
  return gaps === null ? null : -gaps - length;
}

/** How many letters stand between those that are wanted, where all are there in their order. */
function strewn(wanted: string, from: string): number | null {
  let at = -1;
  let gaps = 0;
  for (const letter of wanted) {
    const next = from.indexOf(letter, at + 1);
    if (next < 0) return null;
    gaps += next - at - 1;
    at = next;
  }
  return gaps;
}

/** What matches, best first; all of it, in its order, where nothing is typed. */
export function search<Item extends Findable>(query: string, items: readonly Item[]): Item[] {
  if (query.trim() === '') return [...items];
  const scored = items.flatMap((item) => {
    const label = score(query, item.label);
    // Letters strewn over a description mean nothing: other words count only where they stand together.
    const isOther = item.words?.toLowerCase().includes(query.trim().toLowerCase()) === true;
    const points = Math.max(label ?? NOT_AT_ALL, isOther ? 0 : NOT_AT_ALL);
    return points === NOT_AT_ALL ? [] : [{ item, points }];
  });
  return scored.sort((a, b) => b.points - a.points).map(({ item }) => item);
}
