/** About how many characters a piece of a long text has. */
export const PIECE = 16 * 1024;

/**
 * Splits a long text after line breaks into pieces that can be laid out one by one. Growing text
 * changes only the last piece. A line that is far too long is cut. Joined, the pieces are the text.
 */
export function splitLines(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > 2 * PIECE) {
    const newline = text.indexOf('\n', start + PIECE);
    const end = newline < 0 || newline - start >= 2 * PIECE ? cut(text, start + 2 * PIECE) : newline + 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  if (start < text.length) pieces.push(text.slice(start));
  return pieces;
}

/** A place at or just before `at` that is not within a character. */
function cut(text: string, at: number): number {
  const isSecondHalf = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return isSecondHalf ? at - 1 : at;
}
