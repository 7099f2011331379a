import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { Work } from '../prompt/useWork';
import { formatJson, type ParsedJson, parseJson } from './editor/json';

/** A JSON value while its text is edited. */
export interface JsonText {
  /** What the value is a part of, the same for as long as that is on screen, and the name of the part. */
  readonly owner: object;
  readonly name: string;
  readonly text: string;
  readonly parsed: ParsedJson;
  readonly setText: (text: string) => void;
  /** Throws a text that cannot be used away. */
  readonly discard: () => void;
}

/** A text that is not valid, and the value that was in use when it was written. */
interface Kept {
  readonly text: string;
  readonly of: string;
}

/**
 * Texts that are not valid, by what they belong to. They live longer than their editors, so that a closed
 * drawer or another tab loses nothing.
 */
const kept = new WeakMap<object, Map<string, Kept>>();

/** Keeps a text that cannot be used in place of the value that is in use, or forgets what was kept. */
export function keepText(owner: object, name: string, text: Kept | null): void {
  const texts = kept.get(owner) ?? new Map<string, Kept>();
  if (text === null) texts.delete(name);
  else texts.set(name, text);
  kept.set(owner, texts);
}

/** The text that is kept for a value; a value that was set from elsewhere since has none. */
function keptFor(owner: object, name: string, value: unknown): string | null {
  const found = kept.get(owner)?.get(name);
  return found !== undefined && found.of === formatJson(value) ? found.text : null;
}

/** Whether a text stands in place of this value that cannot be used. */
export function isUnusable(owner: object, name: string, value: unknown): boolean {
  return keptFor(owner, name, value) !== null;
}

/** What stays the same for as long as the same work is on screen: each change makes a new `Work`, not new actions. */
export function ownerOf(work: Pick<Work, 'actions'>): object {
  return work.actions;
}

/** What is asked of a value besides being JSON: what is wrong with it, or nothing. It is asked of no value as well. */
export type CheckJson = (value: unknown) => string | null;

function read(text: string, check?: CheckJson): ParsedJson {
  const isEmpty = text.trim() === '';
  if (isEmpty && (check === undefined || check(undefined) === null)) return { ok: true, value: undefined };
  const parsed = parseJson(text);
  const problem = parsed.ok ? check?.(parsed.value) : undefined;
  return problem ? { ok: false, message: problem, line: 1, column: 1 } : parsed;
}

/**
 * The text of a JSON value. What is valid is written at once (an empty text as no value, unless `check` refuses
 * that); what is not stays a text until it is mended or discarded, or the value is set from elsewhere.
 */
export function useJsonText(options: {
  readonly value: unknown;
  readonly write: (value: unknown) => void;
  /** What keeps its text, and the name by which it is kept: see `JsonText`. */
  readonly owner: object;
  readonly name: string;
  readonly check?: CheckJson;
}): JsonText {
  const { value, write, owner, name, check } = options;
  const [text, setText] = useState(() => keptFor(owner, name, value) ?? formatJson(value));
  const [seen, setSeen] = useState<unknown>(value);
  const parsed = useMemo(() => read(text, check), [text, check]);
  if (value !== seen) {
    setSeen(value);
    // What is not valid was never written: a value that differs from the one before was set from elsewhere.
    const shown = parsed.ok ? parsed.value : seen;
    if (formatJson(shown) !== formatJson(value)) setText(formatJson(value));
  }
  const rename = useEffectEvent(() => {
    if (!parsed.ok && text !== formatJson(value)) keepText(owner, name, { text, of: formatJson(value) });
  });
  // What a rule is called may change while its text is not valid.
  useEffect(() => rename(), [owner, name]);
  return {
    owner,
    name,
    text,
    parsed,
    setText: (next) => {
      const outcome = read(next, check);
      keepText(owner, name, outcome.ok ? null : { text: next, of: formatJson(value) });
      setText(next);
      if (outcome.ok) write(outcome.value);
    },
    discard: () => {
      keepText(owner, name, null);
      setText(formatJson(value));
    },
  };
}
