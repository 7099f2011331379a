/** What to replace in one text to get another. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** The smallest single replacement that makes `next` of `now`; a cursor outside of it stays where it is. */
export function replacement(now: string, next: string): Replacement {
  const shorter = Math.min(now.length, next.length);
  let from = 0;
  while (from < shorter && now[from] === next[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && now[now.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  return { from, to: now.length - tail, insert: next.slice(from, next.length - tail) };
}

/** The line breaks as an editor holds them. */
export function withPlainBreaks(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}
