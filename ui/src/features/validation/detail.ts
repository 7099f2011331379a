import type { ValidationResult } from '../../bindings/types';

/** The details of a result, sorted by how they are shown. */
export interface Detail {
  /** The named groups of a match. */
  readonly groups: readonly [string, string][];
  /** The whole match, and where it begins. */
  readonly match: { readonly text: string; readonly start: number } | null;
  /** Where JSON does not follow its schema. */
  readonly mismatches: readonly { readonly path: string; readonly message: string }[];
  /** What a judge gave for its reason. */
  readonly reason: string | null;
  /** Scores by name. */
  readonly scores: readonly [string, string][];
  /** The results of the parts of a set. */
  readonly parts: readonly ValidationResult[];
  /** All else; `null` where there is nothing. */
  readonly rest: Record<string, unknown> | null;
}

/** What a rule has to tell beside its message; `null` where it has nothing. */
export function detailOf(detail: unknown): Detail | null {
  if (!isObject(detail)) return detail == null ? null : { ...NOTHING, rest: { detail } };
  const { groups, match, start, mismatches, reason, namedScores, parts, ...others } = detail;
  const rest = Object.entries(others).filter(([name]) => !TOLD.has(name));
  return {
    groups: isObject(groups) ? pairs(groups) : [],
    match: typeof match === 'string' ? { text: match, start: Number(start ?? 0) } : null,
    mismatches: Array.isArray(mismatches) ? (mismatches as Detail['mismatches']) : [],
    reason: typeof reason === 'string' && reason !== '' ? reason : null,
    scores: isObject(namedScores) ? pairs(namedScores) : [],
    parts: Array.isArray(parts) ? (parts as ValidationResult[]) : [],
    rest: rest.length === 0 ? null : Object.fromEntries(rest),
  };
}

/** What the result itself says already, and how scores are weighed. */
const TOLD = new Set(['pass', 'score', 'namedScoreWeights']);

const NOTHING: Detail = {
  groups: [],
  match: null,
  mismatches: [],
  reason: null,
  scores: [],
  parts: [],
  rest: null,
};

/** Whether there is anything to see in details. */
export function isEmpty({ groups, match, mismatches, reason, scores, parts, rest }: Detail): boolean {
  const lists = [groups, mismatches, scores, parts];
  return match === null && reason === null && rest === null && lists.every((list) => list.length === 0);
}

/** A score with at most two digits, such as `0.82`. */
export function score(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function pairs(object: Record<string, unknown>): [string, string][] {
  return Object.entries(object).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : typeof value === 'number' ? score(value) : JSON.stringify(value),
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
