/** What can be found in the palette: a name, and other words for it. */
export interface Findable {
  readonly label: string;
  readonly words?: string;
}

/**
 * How well a text matches what is typed, or `null` where it does not: its letters must all be there in their
 * order. What begins a word and what stands together weighs more, and a shorter text wins over a longer.
 */
export function score(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  const from = text.toLowerCase();
  const whole = from.indexOf(query.trim().toLowerCase());
  if (whole >= 0) return 1000 - whole - from.length / 100;
  let points = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = from.indexOf(letter, at + 1);
    if (next < 0) return null;
    if (next === at + 1) points += 5;
    if (next === 0 || /[^a-z0-9]/.test(from.charAt(next - 1))) points += 8;
    points -= (next - at) / 10;
    at = next;
  }
  return points - from.length / 100;
}

/** What matches, best first; all of it, in its order, where nothing is typed. */
export function search<Item extends Findable>(query: string, items: readonly Item[]): Item[] {
  if (query.trim() === '') return [...items];
  const scored = items.flatMap((item) => {
    const label = score(query, item.label);
    // Letters strewn over a description mean nothing: other words count only where they stand together.
    const other = item.words?.toLowerCase().includes(query.trim().toLowerCase()) === true ? 0 : null;
    const points = label ?? other;
    return points === null ? [] : [{ item, points }];
  });
  return scored.sort((a, b) => b.points - a.points).map(({ item }) => item);
}
