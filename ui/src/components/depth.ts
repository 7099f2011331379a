/** How deep quotes and lists may stand in each other. Parsing takes the square of it, and no text needs as many. */
export const MOST_DEEP = 24;

/** The marks of quotes and items that a line begins with. */
const CONTAINERS = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))+/gm;
const MARK = />|[-*+]|\d+[.)]/g;

/** Whether a Markdown text nests deeper than is shown. */
export function isTooDeep(markdown: string): boolean {
  for (const [marks] of markdown.matchAll(CONTAINERS)) {
    if (marks.length > MOST_DEEP && (marks.match(MARK)?.length ?? 0) > MOST_DEEP) return true;
  }
  return false;
}
