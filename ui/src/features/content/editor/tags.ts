import { helperNames } from './helpers';
import { isEscaped } from './syntax';

/** What a stretch of a template is. */
export type TokenKind = 'value' | 'key' | 'literal' | 'comment';

/** A stretch of a template that is coloured. */
export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: TokenKind;
}

const helpers = new Set<string>([...helperNames, 'else']);
const literals = new Set(['true', 'false', 'null', 'undefined']);
const words = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[()|=]|\[[^\]]*\]|[^\s()|="'~{}[\]]+/gy;

/** The coloured stretches of a template, in order. Text outside of tags is not among them. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at)) {
    if (isEscaped(text, at)) {
      at += 2;
      continue;
    }
    const end = endOfTag(text, at);
    if (end === null) {
      at += 2;
      continue;
    }
    found.push(...tokensOfTag(text, at, end));
    at = end;
  }
  return found;
}

/** Just after the tag that begins here; nothing where it never ends. */
function endOfTag(text: string, from: number): number | null {
  const long = /^\{\{~?!--/.test(text.slice(from, from + 6));
  if (long) {
    const end = /--~?\}\}/g;
    end.lastIndex = from;
    const match = end.exec(text);
    return match === null ? null : match.index + match[0].length;
  }
  let quote: string | null = null;
  for (let at = from + 2; at < text.length; at += 1) {
    const character = text[at];
    if (quote !== null) {
      if (character === '\\') at += 1;
      else if (character === quote) quote = null;
    } else if ((character === '"' || character === "'") && !text.startsWith('!', from + 2)) quote = character;
    else if (text.startsWith('}}', at)) return text.startsWith('}}}', at) ? at + 3 : at + 2;
    else if (text.startsWith('{{', at) && at > from + 2) return null;
  }
  return null;
}

function tokensOfTag(text: string, from: number, to: number): Token[] {
  const open = /^\{{2,3}~?([#/^&>*!]?)/.exec(text.slice(from, to));
  if (open === null) return [];
  if (open[1] === '!') return [{ from, to, kind: 'comment' }];
  const parts = wordsOf(text, from + open[0].length, to);
  const only = parts.length === 1 ? parts[0] : undefined;
  const isValue = only !== undefined && open[1] === '' && !helpers.has(only.word);
  if (isValue && !isLiteral(only.word)) return [{ from, to, kind: 'value' }];
  return fill(
    from,
    to,
    parts.flatMap((part, index) => kindOf(parts, index, open[1] ?? '', part)),
  );
}

interface Word {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

function wordsOf(text: string, from: number, to: number): Word[] {
  const found: Word[] = [];
  for (let at = from; at < to;) {
    words.lastIndex = at;
    const match = words.exec(text);
    if (match === null || match.index + match[0].length > to) at += 1;
    else {
      at = match.index + match[0].length;
      found.push({ word: match[0], from: match.index, to: at });
    }
  }
  return found;
}

function isLiteral(word: string): boolean {
  return /^["']/.test(word) || /^-?\d+(\.\d+)?$/.test(word) || literals.has(word);
}

/** The token of a word that is not a keyword. */
function kindOf(parts: Word[], index: number, sigil: string, { word, from, to }: Word): Token[] {
  if (isLiteral(word)) return [{ from, to, kind: 'literal' }];
  const before = parts[index - 1]?.word;
  const after = parts[index + 1]?.word;
  const isKey =
    /^[()|=]$/.test(word) ||
    after === '=' ||
    before === '(' ||
    (word === 'as' && after === '|') ||
    (index === 0 &&
      (sigil === '#' || sigil === '/' || sigil === '>' || helpers.has(word) || parts.length > 1)) ||
    (before === 'else' && index === 1);
  return isKey ? [] : [{ from, to, kind: 'value' }];
}

/** The tag as tokens: what is nothing else is a keyword. */
function fill(from: number, to: number, inner: Token[]): Token[] {
  const found: Token[] = [];
  let at = from;
  for (const token of inner) {
    if (token.from > at) found.push({ from: at, to: token.from, kind: 'key' });
    found.push(token);
    at = token.to;
  }
  if (to > at) found.push({ from: at, to, kind: 'key' });
  return found;
}
