import type { EditorState } from '@codemirror/state';
import type { CalledPartial } from '../../../bindings/types';
import { type Field, flags, isRequired, type Shape, shapeAt } from './knowledge';
import { helperOf, pathsOf, resolve } from './scope';
import { surroundings, templateOf } from './state';
import type { Call, Expression, Path, Tag } from './syntax';

/** What stands at a place of a template. */
export type Thing = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'helper'; readonly name: string }
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'partial'; readonly partial: CalledPartial }
  | {
      readonly kind: 'value';
      readonly field: Field;
      readonly isRequired: boolean;
      /** The variable, where its very name is here. */
      readonly variable: string | null;
    }
);

/** What stands at an offset; nothing outside of tags and between words. */
export function thingAt(state: EditorState, at: number): Thing | null {
  const placed = templateOf(state).tags.find(({ tag }) => tag.from <= at && at <= tag.to);
  if (placed === undefined) return null;
  const { tag, scope } = placed;
  const called = partialAt(state, tag, at);
  if (called !== null) return called;
  const helper = helperAt(tag, at);
  if (helper !== null) return helper;
  const path = pathsOf(tag).find(({ from, to }) => from <= at && at <= to);
  if (path === undefined) return null;
  const local = localAt(path, at);
  if (local !== null) return local;
  const knowledge = state.facet(surroundings).know();
  const found = resolve(path, scope, flags(knowledge));
  if (found === null) return null;
  const index = path.parts.findIndex(({ from, to }) => from <= at && at <= to);
  const part = path.parts[index];
  if (part === undefined) return null;
  const steps = found.steps.slice(0, found.steps.length - path.parts.length + index + 1);
  const field: Field = { name: part.name, shape: shapeAt(knowledge, steps) };
  const parent: Shape | null = steps.length > 1 ? shapeAt(knowledge, steps.slice(0, -1)) : null;
  return {
    kind: 'value',
    from: part.from,
    to: part.to,
    field,
    isRequired: isRequired(parent, field),
    variable: found.variable === part ? part.name : null,
  };
}

function partialAt(state: EditorState, { partial }: Tag, at: number): Thing | null {
  if (partial === null || at < partial.from || at > partial.to) return null;
  const { partials } = state.facet(surroundings).know();
  const known = partials.find(({ name }) => name === partial.name);
  return known === undefined ? null : { kind: 'partial', from: partial.from, to: partial.to, partial: known };
}

function localAt({ local, ups, scoped, parts, from, to }: Path, at: number): Thing | null {
  const [first] = parts;
  if (local && first !== undefined) {
    return at <= first.to || first.name !== 'root'
      ? { kind: 'local', name: `@${first.name}`, from, to: first.to }
      : null;
  }
  const end = first === undefined ? to : first.from - 1;
  if (at > end || (ups === 0 && !scoped)) return null;
  return { kind: 'local', name: ups > 0 ? '..' : 'this', from, to: end };
}

function helperAt({ kind, from, name, call }: Tag, at: number): Thing | null {
  if (kind === 'close' && name !== null && name.from <= at && at <= name.to) {
    return { kind: 'helper', name: name.name, from: name.from, to: name.to };
  }
  if (kind === 'else' && (call === null || at < call.from))
    return { kind: 'helper', name: 'else', from, to: call?.from ?? at };
  return call && helperIn(call, at);
}

function helperIn(call: Call, at: number): Thing | null {
  const { head, args, named } = call;
  const name = helperOf(call);
  if (name !== null && head.from <= at && at <= head.to)
    return { kind: 'helper', name, from: head.from, to: head.to };
  const values: Expression[] = [...args, ...named.map(({ value }) => value)];
  const inner = values.find((value) => value.kind === 'call' && value.from <= at && at <= value.to);
  return inner?.kind === 'call' ? helperIn(inner, at) : null;
}
