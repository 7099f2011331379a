/** The longest text that a plain field takes, in characters. */
const MOST_IN_FIELD = 20_000;
/** How much of a long text stands for it. */
const FIRST_LINES = 4;
const MOST_OF_LINE = 200;

/** Whether a text is too long for a plain field. */
export function isLargeText(text: string): boolean {
  return text.length > MOST_IN_FIELD;
}

/** The first lines of a text, each cut where it is long. */
export function firstLines(text: string): string {
  return text
    .slice(0, FIRST_LINES * MOST_OF_LINE * 4)
    .split('\n', FIRST_LINES)
    .map((line) => (line.length > MOST_OF_LINE ? `${line.slice(0, MOST_OF_LINE)}…` : line))
    .join('\n');
}

/** How many lines a text has. */
export function linesOf(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** How many bytes a text has in UTF-8. */
export function sizeOf(text: string): number {
  return new Blob([text]).size;
}
