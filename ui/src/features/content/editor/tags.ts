import { helperNames } from './helpers';
import type { Call, Expression, Part, Tag } from './syntax';

/** What a stretch of a template is. */
export type TokenKind = 'value' | 'key' | 'literal' | 'comment';

/** A stretch of a template that is coloured. */
interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: TokenKind;
}

const helpers = new Set<string>(helperNames);

/** The coloured stretches of a tag, in order; none where it follows no rule. */
export function tokensOf({ kind, from, to, call, params }: Tag): Token[] {
  switch (kind) {
    case 'comment':
      return [{ from, to, kind: 'comment' }];
    case 'broken':
      return [];
    case 'value':
      if (call !== null && isVariable(call)) return [{ from, to, kind: 'value' }];
      break;
    case 'open':
      if (call === null) return [];
      break;
    case 'else':
    case 'close':
  }
  return fill(from, to, [...(call === null ? [] : argumentsOf(call)), ...params.map(token)]);
}

/** Whether the tag is nothing but the value of a variable. */
function isVariable({ head, args, named }: Call): boolean {
  if (head.kind !== 'path' || args.length + named.length > 0) return false;
  const [first, ...others] = head.parts;
  return head.scoped || head.local || first === undefined || others.length > 0 || !helpers.has(first.name);
}

/** The values in a call. What is called is a keyword. */
function argumentsOf({ head, args, named }: Call): Token[] {
  const own = head.kind === 'path' ? [] : valuesOf(head);
  return [...own, ...args.flatMap(valuesOf), ...named.flatMap(({ value }) => valuesOf(value))];
}

function valuesOf(expression: Expression): Token[] {
  const { kind, from, to } = expression;
  if (kind === 'call') return argumentsOf(expression);
  return [{ from, to, kind: kind === 'path' ? 'value' : 'literal' }];
}

function token({ from, to }: Part): Token {
  return { from, to, kind: 'value' };
}

/** The tag as tokens: what is nothing else is a keyword. */
function fill(from: number, to: number, inner: readonly Token[]): Token[] {
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
