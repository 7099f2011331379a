/** A name in a template and where it stands, without the brackets of `[odd name]`. */
export interface Part {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** `../user.name`, `this`, `@index` */
export interface Path {
  readonly kind: 'path';
  readonly from: number;
  readonly to: number;
  /** Whether it begins with `@`. */
  readonly local: boolean;
  /** The number of `..` it begins with. */
  readonly ups: number;
  /** Whether it begins with `this` or `.`, so that it names neither a helper nor a block parameter. */
  readonly scoped: boolean;
  readonly parts: readonly Part[];
}

/** A string, a number, `true`, `false`, `null` or `undefined`. */
export interface Literal {
  readonly kind: 'literal';
  readonly from: number;
  readonly to: number;
}

/** A variable, or a helper with its arguments. */
export interface Call {
  readonly kind: 'call';
  readonly from: number;
  readonly to: number;
  readonly head: Expression;
  readonly args: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
}

export type Expression = Path | Literal | Call;

/** A tag of a template. One that follows no rule is `broken`, but still opens a block where it begins like one. */
export interface Tag {
  readonly kind: 'value' | 'open' | 'else' | 'close' | 'comment' | 'broken';
  readonly from: number;
  readonly to: number;
  readonly call: Call | null;
  /** `as |item index|` */
  readonly params: readonly Part[];
  /** `{{^name}}` */
  readonly inverted: boolean;
  /** The word by which the end of a block names its beginning. */
  readonly name: Part | null;
  /** The name of the partial that it calls, without quotes; nothing where a value decides it. */
  readonly partial: Part | null;
}

/** The tags of a template in order. It is read by the rules of the host (`crates/template/src/parse`). */
export function tagsOf(text: string): Tag[] {
  const found: Tag[] = [];
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at)) {
    if (isEscaped(text, at)) {
      at += 2;
      continue;
    }
    const tag = new Scanner(text, at).tag();
    found.push(tag);
    at = tag.to;
  }
  return found;
}

/** Whether a backslash takes the tag its meaning; two of them are a backslash of their own. */
export function isEscaped(text: string, at: number): boolean {
  return text[at - 1] === '\\' && text[at - 2] !== '\\';
}

/** The path that a whole text is; nothing where it is none. */
export function pathOf(text: string): Path | null {
  const scanner = new Scanner(text, 0);
  const path = scanner.path();
  return path !== null && path.to === text.length ? path : null;
}

const names = /[^\s!"#%&'()*+,./;<=>@[\\\]^`{|}~]+/y;
const spaces = /\s*/y;
const partialNames = /(?:\[[^\]]*\]|[^\s!"#%&'()*+,;<=>@[\\\]^`{|}~])+/y;
const literals = /(?:true|false|null|undefined|-?\d[^\s!"#%&'()*+,/;<=>@[\\\]^`{|}~eE]*)(?=[\s~})]|$)/y;
const doubleQuoted = /"(?:\\"|[^"])*"/y;
const singleQuoted = /'(?:\\'|[^'])*'/y;
const upwards = /\.\.(?=[\s=~}/.)|]|$)/y;
const here = /\.(?=[\s=~}/.)|]|$)/y;
const bracketed = /\[[^\]]*\]/y;
const argumentNames = /[^\s!"#%&'()*+,./;<=>@[\\\]^`{|}~]+(?=\s*=)/y;
const blockWords = /[^\s}~]*/y;
const paramLists = /as\s*\|([^|]*)\|/y;
const elseWord = /else(?=[^\w./$:-]|$)/y;
const endOfCall = /[}~)]|as\s*\||$/y;

/** Goes over one tag from left to right. Whatever follows no rule makes nothing of it. */
class Scanner {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  tag(): Tag {
    const from = this.at;
    return this.whole(from) ?? this.broken(from);
  }

  path(): Path | null {
    const from = this.at;
    const local = this.eat('@');
    let ups = 0;
    let scoped = false;
    const parts: Part[] = [];
    for (;;) {
      const start = this.at;
      if (this.match(upwards) !== null) {
        if (parts.length > 0) return null;
        ups += 1;
      } else if (this.match(here) !== null) {
        if (parts.length > 0) return null;
        scoped = true;
      } else {
        const part = this.part(start);
        if (part === null) return null;
        if (part.name !== 'this' || part.from !== start) parts.push(part);
        else if (parts.length > 0) return null;
        else scoped = true;
      }
      if (!/[./]/.test(this.text[this.at] ?? '') || !this.continues(this.at + 1)) break;
      this.at += 1;
    }
    return { kind: 'path', from, to: this.at, local, ups, scoped, parts };
  }

  private part(start: number): Part | null {
    const bracket = this.match(bracketed);
    if (bracket !== null) return { name: bracket.slice(1, -1), from: start + 1, to: this.at - 1 };
    const name = this.match(names);
    return name === null ? null : { name, from: start, to: this.at };
  }

  private continues(at: number): boolean {
    names.lastIndex = at;
    return this.text[at] === '.' || this.text[at] === '[' || names.test(this.text);
  }

  private whole(from: number): Tag | null {
    if (this.eat('{{{{')) return null;
    this.at += 2;
    this.eat('~');
    const blank = { from, call: null, params: [], inverted: false, name: null, partial: null };
    if (this.text[this.at] === '!') {
      const to = this.comment();
      return to === null ? null : { ...blank, kind: 'comment', to };
    }
    if (this.eat('{')) {
      const call = this.call();
      return call !== null && this.eat('}') ? this.ended({ ...blank, kind: 'value', call }) : null;
    }
    if (this.eat('&')) {
      const call = this.call();
      return call && this.ended({ ...blank, kind: 'value', call });
    }
    if (this.eat('>')) return this.partial({ ...blank, kind: 'value' });
    if (this.eat('#>')) return this.partial({ ...blank, kind: 'open' });
    if (this.eat('#')) return this.opened(blank, false);
    if (this.eat('^')) {
      this.skip();
      if (/[}~]/.test(this.text[this.at] ?? '')) return this.ended({ ...blank, kind: 'else' });
      return this.opened(blank, true);
    }
    if (this.eat('/')) {
      this.skip();
      return this.ended({ ...blank, kind: 'close', name: this.word() });
    }
    return this.valueOrElse(blank);
  }

  private valueOrElse(blank: Omit<Tag, 'kind' | 'to'>): Tag | null {
    this.skip();
    if (this.match(elseWord) === null) {
      const call = this.call();
      return call && this.ended({ ...blank, kind: 'value', call });
    }
    this.skip();
    if (/[}~]/.test(this.text[this.at] ?? '')) return this.ended({ ...blank, kind: 'else' });
    const call = this.call();
    return call && this.ended({ ...blank, kind: 'else', call, params: this.params() });
  }

  private opened(blank: Omit<Tag, 'kind' | 'to'>, inverted: boolean): Tag | null {
    this.skip();
    const start = this.at;
    const name = this.word();
    this.at = start;
    const call = this.call();
    if (call === null) return null;
    return this.ended({ ...blank, kind: 'open', call, params: this.params(), inverted, name });
  }

  /** `name context key=value`, where the name may be in quotes or worked out. */
  private partial(tag: Omit<Tag, 'to'>): Tag | null {
    this.skip();
    const start = this.at;
    const isQuoted = /["']/.test(this.text[start] ?? '');
    const head = this.text[start] === '(' ? this.expression() : this.partialName(isQuoted);
    if (head === null) return null;
    const isWorkedOut = head.kind === 'call';
    const [from, to] = isQuoted ? [start + 1, this.at - 1] : [start, this.at];
    const name = { name: this.text.slice(from, to), from, to };
    const given = this.arguments();
    if (given === null) return null;
    const call: Call = { kind: 'call', from: start, head, ...given };
    return this.ended({ ...tag, call, name, partial: isWorkedOut ? null : name });
  }

  private partialName(isQuoted: boolean): Expression | null {
    const from = this.at;
    const name = isQuoted ? (this.match(doubleQuoted) ?? this.match(singleQuoted)) : this.match(partialNames);
    return name === null ? null : { kind: 'literal', from, to: this.at };
  }

  private ended(tag: Omit<Tag, 'to'>): Tag | null {
    this.skip();
    this.eat('~');
    return this.eat('}}') ? { ...tag, to: this.at } : null;
  }

  private call(): Call | null {
    this.skip();
    const from = this.at;
    const head = this.expression();
    if (head === null) return null;
    const given = this.arguments();
    return given && { kind: 'call', from, head, ...given };
  }

  /** What stands after the name of a helper or partial: values, then named ones. */
  private arguments(): Pick<Call, 'args' | 'named' | 'to'> | null {
    const args: Expression[] = [];
    const named: { name: string; value: Expression }[] = [];
    let to = this.at;
    for (;;) {
      this.skip();
      if (this.looksAt(endOfCall)) break;
      const name = this.match(argumentNames);
      if (name !== null) {
        this.skip();
        this.at += 1;
        this.skip();
      }
      const value = this.expression();
      if (value === null || (name === null && named.length > 0)) return null;
      if (name === null) args.push(value);
      else named.push({ name, value });
      to = this.at;
    }
    return { args, named, to };
  }

  private expression(): Expression | null {
    const from = this.at;
    if (this.eat('(')) {
      const call = this.call();
      return call !== null && this.eat(')') ? { ...call, from, to: this.at } : null;
    }
    const isLiteral =
      this.match(doubleQuoted) !== null || this.match(singleQuoted) !== null || this.match(literals) !== null;
    return isLiteral ? { kind: 'literal', from, to: this.at } : this.path();
  }

  private params(): Part[] {
    this.skip();
    const list = this.match(paramLists);
    if (list === null) return [];
    const start = this.at - list.length;
    const open = list.indexOf('|') + 1;
    return [...list.slice(open, -1).matchAll(/\S+/g)].map(({ 0: name, index }) => {
      const from = start + open + index;
      return { name, from, to: from + name.length };
    });
  }

  private word(): Part {
    const from = this.at;
    const name = this.match(blockWords) ?? '';
    return { name, from, to: this.at };
  }

  private comment(): number | null {
    const end = this.text.startsWith('!--', this.at) ? /--~?\}\}/g : /\}\}/g;
    end.lastIndex = this.at + 1;
    const match = end.exec(this.text);
    return match && match.index + match[0].length;
  }

  /** Goes on behind the end of what is broken, or at the next tag where that comes first. */
  private broken(from: number): Tag {
    const start = Math.min(Math.max(this.at, from + 2), this.text.length);
    const next = this.text.indexOf('{{', start);
    const limit = next < 0 ? this.text.length : next;
    const end = this.text.indexOf('}}', start);
    let to = end < 0 || end + 2 > limit ? limit : end + 2;
    while (to > end + 1 && end >= 0 && to < limit && this.text[to] === '}') to += 1;
    const opening = /^\{\{+~?[#^]>?\s*([^\s}~]*)/.exec(this.text.slice(from, to));
    const blank = { from, to, call: null, params: [], inverted: false, partial: null };
    if (opening === null || opening[1]?.startsWith('*')) return { ...blank, kind: 'broken', name: null };
    const [whole, name = ''] = opening;
    const at = from + whole.length;
    return { ...blank, kind: 'open', name: { name, from: at - name.length, to: at } };
  }

  private eat(text: string): boolean {
    const found = this.text.startsWith(text, this.at);
    if (found) this.at += text.length;
    return found;
  }

  private skip(): void {
    this.match(spaces);
  }

  private looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return null;
    this.at = pattern.lastIndex;
    return match[0];
  }
}
