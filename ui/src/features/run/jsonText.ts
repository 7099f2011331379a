/** JSON that is cut off somewhere, closed so that it can be read; `null` where nothing of it can be. */
export function closeJson(text: string): string | null {
  const open: ('}' | ']')[] = [];
  // The end of what is whole, and what would close it there.
  let whole = -1;
  let closing = '';
  // In an object: whether a name comes next.
  let wantsName = false;
  let at = 0;
  const settle = (end: number) => {
    whole = end;
    closing = open.toReversed().join('');
  };
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      wantsName = character === '{';
      at += 1;
      settle(at);
    } else if (character === '}' || character === ']') {
      if (open.pop() !== character) return null;
      wantsName = false;
      at += 1;
      settle(at);
    } else if (character === '"') {
      const end = stringEnd(text, at);
      const isName = wantsName && open.at(-1) === '}';
      if (end === null) {
        if (isName) break;
        return text.slice(0, at) + closedString(text, at) + open.toReversed().join('');
      }
      at = end;
      wantsName = false;
      if (!isName) settle(at);
    } else if (character === ',') {
      wantsName = open.at(-1) === '}';
      at += 1;
    } else if (/[\s:]/.test(character)) at += 1;
    else {
      const end = wordEnd(text, at);
      // What a number or a word would become is not known before it has ended.
      if (end === text.length && open.length > 0) break;
      at = end;
      settle(at);
    }
  }
  return whole < 0 ? null : text.slice(0, whole) + closing;
}

/** The end of a string that begins at `at`; `null` where it has not ended. */
function stringEnd(text: string, at: number): number | null {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return null;
}

/** A string that has not ended, closed before an escape that has not ended either. */
function closedString(text: string, at: number): string {
  return `${text.slice(at).replace(/(?<!\\)((?:\\\\)*)\\(?:u[\da-fA-F]{0,3})?$/, '$1')}"`;
}

/** The end of a number or a word. */
function wordEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && !/[\s,:\]}[{"]/.test(text[end] ?? '')) end += 1;
  return end;
}

/** JSON, or the beginning of it, with a line for each value. Nothing but white space is changed. */
export function indentJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let at = 0;
  const line = () => parts.push(`\n${'  '.repeat(Math.min(depth, MOST_INDENT))}`);
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '"') {
      const end = stringEnd(text, at) ?? text.length;
      parts.push(text.slice(at, end));
      at = end;
      continue;
    }
    at += 1;
    if (/\s/.test(character)) continue;
    if (character === '{' || character === '[') {
      const rest = /^\s*[\]}]/.exec(text.slice(at, at + 64))?.[0];
      parts.push(character);
      if (rest !== undefined) {
        parts.push(rest.trim());
        at += rest.length;
      } else {
        depth += 1;
        line();
      }
    } else if (character === '}' || character === ']') {
      depth = Math.max(0, depth - 1);
      line();
      parts.push(character);
    } else if (character === ',') {
      parts.push(',');
      line();
    } else if (character === ':') parts.push(': ');
    else {
      const end = wordEnd(text, at - 1);
      parts.push(text.slice(at - 1, end));
      at = end;
    }
  }
  return parts.join('').trimEnd();
}

/** Deeper than this, lines are not indented further: they would be nothing but indentation. */
const MOST_INDENT = 40;

/** The JSON of an answer, and where in it it was found. */
export interface FoundJson {
  readonly value: unknown;
  readonly from: 'whole' | 'fence' | 'part';
}

/** A longer text is not searched for code blocks. */
const MOST_SEARCHED = 4 * 1024 * 1024;

const FENCED = /^[ \t]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)\n[ \t]*\1[ \t]*$/gm;

/** Finds the JSON of an answer: all of it, the first code block that is JSON, or what has arrived of either. */
export function findJson(text: string, isWhole: boolean): FoundJson | null {
  const bare = parse(text);
  if (bare !== undefined) return { value: bare, from: 'whole' };
  const fences = text.length > MOST_SEARCHED ? [] : text.matchAll(FENCED);
  for (const [, , content = ''] of fences) {
    const value = parse(content);
    if (typeof value === 'object' && value !== null) return { value, from: 'fence' };
  }
  if (isWhole) return null;
  const begun = /^\s*(?:(?:`{3,}|~{3,})[^\n]*\n)?\s*(?=[[{])/.exec(text)?.[0];
  const closed = begun === undefined ? null : closeJson(text.slice(begun.length));
  const value = closed === null ? undefined : parse(closed);
  return value === undefined ? null : { value, from: 'part' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether JSON holds numbers with more digits than a page can tell apart. */
export function hasLongNumbers(text: string): boolean {
  return /[[:,\s]-?\d{16,}/.test(text);
}
