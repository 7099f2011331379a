/** A part of a Markdown text that is parsed on its own. */
export interface Block {
  readonly text: string;
  /** What a part in the middle of a construct needs before it, as the opening of the fence that it continues. */
  readonly lead: string;
}

/** A block longer than this goes on in a next one, so that no word that arrives costs the parsing of a long text. */
export const MOST_BLOCK = 4 * 1024;

/** What the lines before one mean for it. */
interface Place {
  /** The line that opened the fence it stands in. */
  fence: string | null;
  /** The header and the delimiter row of the table it stands in. */
  table: string | null;
  wasBlank: boolean;
  /** The line before. */
  before: string;
}

const FENCE = /^(`{3,}|~{3,})/;
const DELIMITERS = /^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$/;
/** What belongs to the list or the quote that stands before a blank line. */
const CONTINUES = /^(\s|[-*+>]|\d+[.)])/;

/**
 * Splits Markdown into blocks at blank lines outside of fences, so that only the last one has to be
 * parsed again while text streams in. Joined, the texts of the blocks are the text.
 */
export function splitBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  const place: Place = { fence: null, table: null, wasBlank: false, before: '' };
  let start = 0;
  let lead = '';
  let at = 0;
  const cutAt = (end: number, nextLead: string) => {
    blocks.push({ text: markdown.slice(start, end), lead });
    start = end;
    lead = nextLead;
  };
  while (at < markdown.length) {
    const newline = markdown.indexOf('\n', at);
    const end = newline < 0 ? markdown.length : newline + 1;
    const line = markdown.slice(at, end);
    const isNew = place.wasBlank && place.fence === null && line.trim() !== '' && !CONTINUES.test(line);
    // What follows a blank line starts a block, unless it belongs to a list or quote before it.
    if (isNew) cutAt(at, '');
    // A whole line does not make a block too long: the next one begins before it.
    else if (at > start && end - start > MOST_BLOCK) cutAt(at, leadAt(place));
    while (end - start > MOST_BLOCK) cutAt(wordEnd(markdown, start), leadAt(place));
    pass(place, line);
    at = end;
  }
  if (start < markdown.length) blocks.push({ text: markdown.slice(start), lead });
  return blocks;
}

function leadAt({ fence, table }: Place): string {
  return fence ?? table ?? '';
}

function pass(place: Place, line: string): void {
  const text = line.trim();
  const marker = FENCE.exec(text)?.[1];
  if (marker !== undefined) {
    const open = place.fence === null ? undefined : FENCE.exec(place.fence)?.[1];
    if (open === undefined) place.fence = `${text}\n`;
    else if (marker.startsWith(open) && text === marker) place.fence = null;
  }
  if (place.fence === null && place.before.includes('|') && DELIMITERS.test(text)) {
    place.table = `${place.before}\n${text}\n`;
  } else if (text === '') place.table = null;
  place.wasBlank = text === '';
  place.before = text;
}

/** Where a line that is longer than a block is cut: behind a word, else between two characters. */
function wordEnd(markdown: string, start: number): number {
  const most = start + MOST_BLOCK;
  const space = markdown.lastIndexOf(' ', most - 1);
  if (space > start) return space + 1;
  return (markdown.charCodeAt(most) & 0xfc00) === 0xdc00 ? most - 1 : most;
}

/** A block with a text of its own: engines keep the whole of a text for as long as a cut of it is kept. */
function detached({ text, lead }: Block): Block {
  return { text: ` ${text}`.slice(1), lead };
}

/** What was split before, and what goes on from it. */
export interface Split {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/**
 * Splits a text that may have grown since `before`. The last two blocks are split again: the line that ends them
 * may have been a part of a line, which a rest of it can turn into another thing.
 */
export function splitGrown(before: Split | null, text: string): Split {
  const known = before?.blocks ?? [];
  // A block within a construct cannot be begun at, as what it stands in is not known.
  let kept = known.length - 2;
  while (kept > 0 && known[kept]?.lead !== '') kept -= 1;
  const settled = known.slice(0, Math.max(0, kept));
  const length = settled.reduce((sum, block) => sum + block.text.length, 0);
  if (before === null || length === 0 || text.length < before.text.length) {
    return { text, blocks: splitBlocks(text).map(detached) };
  }
  return { text, blocks: [...settled, ...splitBlocks(text.slice(length)).map(detached)] };
}
