import { helperNames } from './helpers';
import { type Call, type Expression, type Part, type Path, type Tag, tagsOf } from './syntax';

/** What a block makes of `this` in its body; the outermost is the inputs. */
export interface Scope {
  readonly outer: Scope | null;
  /** `section` is `{{#name}}…{{/name}}`: a loop, a look into an object, or a condition, as the value has it. */
  readonly kind: 'root' | 'each' | 'with' | 'section';
  readonly target: Expression | null;
  readonly params: readonly Part[];
}

/** A block: its first tag, those between its parts, and its end where there is one. */
export interface Block {
  readonly open: Tag;
  readonly elses: readonly Tag[];
  readonly close: Tag | null;
}

/** A tag, what `this` is in it, and what it is behind it. */
export interface Placed {
  readonly tag: Tag;
  readonly scope: Scope;
  readonly after: Scope;
}

/** A template as far as an editor has to understand it. */
export interface Template {
  readonly tags: readonly Placed[];
  readonly blocks: readonly Block[];
}

const root: Scope = { outer: null, kind: 'root', target: null, params: [] };

interface Open {
  readonly tag: Tag;
  readonly elses: Tag[];
  /** Begun by `{{else if}}`, so ended together with the block around it. */
  readonly chained: boolean;
  readonly around: Scope;
  readonly inside: Scope;
}

/** Reads a template: its tags with their scopes, and its blocks. */
export function readTemplate(text: string): Template {
  const tags: Placed[] = [];
  const blocks: Block[] = [];
  const open: Open[] = [];
  let scope = root;

  const begin = (tag: Tag, chained: boolean) => {
    const inside = scopeOf(tag, scope);
    open.push({ tag, elses: [], chained, around: scope, inside });
    scope = tag.inverted ? scope : inside;
  };
  const finishTo = (index: number, close: Tag) => {
    while (index >= 0 && open.length > index) {
      const block = open.pop();
      if (block === undefined) return;
      scope = block.around;
      const isClosed = open.length === index;
      if (!block.chained)
        blocks.push({ open: block.tag, elses: block.elses, close: isClosed ? close : null });
    }
  };
  const otherwise = (tag: Tag) => {
    const last = open.at(-1);
    if (last === undefined) return;
    // The marks of `{{else if}}` belong to the block that the reader sees, which is the one around the chain.
    open.findLast(({ chained }) => !chained)?.elses.push(tag);
    scope = last.tag.inverted ? last.inside : last.around;
  };

  for (const tag of tagsOf(text)) {
    if (tag.kind === 'else') otherwise(tag);
    const own = scope;
    if (tag.kind === 'open') begin(tag, false);
    else if (tag.kind === 'else' && tag.call !== null) begin(tag, true);
    else if (tag.kind === 'close') {
      const named = open.findLastIndex(
        ({ tag: { name }, chained }) => !chained && name?.name === tag.name?.name,
      );
      finishTo(named >= 0 ? named : open.findLastIndex(({ chained }) => !chained), tag);
    }
    tags.push({ tag, scope: own, after: scope });
  }
  for (const { tag, elses, chained } of open) if (!chained) blocks.push({ open: tag, elses, close: null });
  return { tags, blocks: blocks.sort((one, other) => one.open.from - other.open.from) };
}

function scopeOf({ call, params }: Tag, outer: Scope): Scope {
  if (call === null) return { outer, kind: 'section', target: null, params };
  const helper = helperOf(call);
  if (helper === 'each' || helper === 'with')
    return { outer, kind: helper, target: call.args[0] ?? null, params };
  if (helper !== null) return outer;
  return { outer, kind: 'section', target: isBare(call) ? call.head : null, params };
}

/** The helper that a call names; nothing where it names a variable, or what does not exist. */
export function helperOf({ head }: Call): string | null {
  if (head.kind !== 'path' || head.local || head.scoped || head.ups > 0 || head.parts.length !== 1)
    return null;
  const [{ name } = { name: '' }] = head.parts;
  return helperNames.has(name) ? name : null;
}

function isBare({ args, named }: Call): boolean {
  return args.length === 0 && named.length === 0;
}

/** What `this` is at an offset. */
export function scopeAt({ tags }: Template, at: number): Scope {
  return tags.findLast(({ tag }) => tag.to <= at)?.after ?? root;
}

/** The block whose end is missing at an offset, the innermost first. */
export function openAt({ blocks }: Template, at: number): Block[] {
  return blocks.filter(({ open, close }) => open.to <= at && (close === null || close.from >= at)).reverse();
}

/** Every path of a tag that leads to a value, with the calls that are none left out. */
export function pathsOf({ call }: Tag): Path[] {
  return call === null ? [] : pathsOfCall(call);
}

function pathsOfCall(call: Call): Path[] {
  const values = [...call.args, ...call.named.map(({ value }) => value)];
  const head = isBare(call) && helperOf(call) === null ? [call.head] : [];
  return [...head, ...values].flatMap((value) => {
    if (value.kind === 'path') return [value];
    return value.kind === 'call' ? pathsOfCall(value) : [];
  });
}

/** Any item of a list or any field of an object, as a loop gives it. */
export const ITEM = Symbol('item');
/** What a section looks at: an item of a list, or the value itself. */
export const INSIDE = Symbol('inside');

/** A step from the inputs to a value. */
export type Step = string | typeof ITEM | typeof INSIDE;

/** Where a path leads: the steps from the inputs, and the part of the path that is the name of a variable. */
export interface Resolved {
  readonly steps: readonly Step[];
  readonly variable: Part | null;
}

/** Whether a section over this variable is a condition, which leaves `this` as it is. */
export type IsFlag = (name: string) => boolean;

/** Where a path leads from the inputs on; nothing where that is not known before it is rendered. */
export function resolve(path: Path, scope: Scope, isFlag: IsFlag): Resolved | null {
  const [first, ...rest] = path.parts;
  if (path.local) return first?.name === 'root' ? from([], rest) : null;
  const bound =
    path.ups === 0 && !path.scoped && first !== undefined ? param(first.name, scope, isFlag) : null;
  if (bound !== null) return bound.steps && from(bound.steps, rest);
  let here = effective(scope, isFlag);
  for (let up = 0; up < path.ups; up += 1) {
    if (here.outer === null) return null;
    here = effective(here.outer, isFlag);
  }
  const steps = thisOf(here, isFlag);
  return steps && from(steps, path.parts);
}

function from(steps: readonly Step[], parts: readonly Part[]): Resolved {
  return {
    steps: [...steps, ...parts.map(({ name }) => name)],
    variable: steps.length === 0 ? (parts[0] ?? null) : null,
  };
}

/** The scope without the sections around it that are conditions. */
export function effective(scope: Scope, isFlag: IsFlag): Scope {
  let here = scope;
  while (here.kind === 'section' && here.outer !== null && isCondition(here, here.outer, isFlag))
    here = here.outer;
  return here;
}

function isCondition({ target }: Scope, outer: Scope, isFlag: IsFlag): boolean {
  if (target?.kind !== 'path') return false;
  const found = resolve(target, outer, isFlag);
  const [name] = found?.steps ?? [];
  return found?.steps.length === 1 && typeof name === 'string' && isFlag(name);
}

/** The steps to `this`. */
export function thisOf(scope: Scope, isFlag: IsFlag): readonly Step[] | null {
  if (scope.outer === null) return [];
  if (scope.target?.kind !== 'path') return null;
  const found = resolve(scope.target, scope.outer, isFlag);
  if (found === null) return null;
  if (scope.kind === 'with') return found.steps;
  return [...found.steps, scope.kind === 'each' ? ITEM : INSIDE];
}

/** What a block parameter stands for; nothing where no block has one of this name. */
function param(name: string, scope: Scope, isFlag: IsFlag): { steps: readonly Step[] | null } | null {
  let here = effective(scope, isFlag);
  while (here.outer !== null) {
    const index = here.params.findIndex((part) => part.name === name);
    if (index >= 0) return { steps: index === 0 ? thisOf(here, isFlag) : null };
    here = effective(here.outer, isFlag);
  }
  return null;
}

/** The names of the block parameters that can be used here. */
export function paramsOf(scope: Scope, isFlag: IsFlag): string[] {
  const here = effective(scope, isFlag);
  if (here.outer === null) return [];
  return [...here.params.map(({ name }) => name), ...paramsOf(here.outer, isFlag)];
}
