/**
 * Splits Markdown into blocks at blank lines outside of fences, so that only the last one has to be
 * parsed again while text streams in. Joined, the blocks are the text.
 */
export function splitBlocks(markdown: string): string[] {
  const blocks: string[] = [];
  let start = 0;
  let at = 0;
  let fence: string | null = null;
  let wasBlank = false;
  while (at < markdown.length) {
    const newline = markdown.indexOf('\n', at);
    const end = newline < 0 ? markdown.length : newline + 1;
    const line = markdown.slice(at, end).trim();
    // What follows a blank line starts a block, unless it belongs to a list or quote before it.
    if (wasBlank && fence === null && line !== '' && !/^(\s|[-*+>]|\d+[.)])/.test(markdown.slice(at, end))) {
      blocks.push(markdown.slice(start, at));
      start = at;
    }
    const marker = /^(`{3,}|~{3,})/.exec(line)?.[1];
    if (marker !== undefined) {
      if (fence === null) fence = marker;
      else if (marker.startsWith(fence) && line === marker) fence = null;
    }
    wasBlank = line === '';
    at = end;
  }
  if (start < markdown.length) blocks.push(markdown.slice(start));
  return blocks;
}
