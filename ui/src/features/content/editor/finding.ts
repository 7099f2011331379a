import { SearchQuery } from '@codemirror/search';
import type { EditorState } from '@codemirror/state';

/** More matches than that are not counted. */
export const MOST_COUNTED = 1000;

/** How many matches there are, and which of them is selected, from 1; 0 where none is. */
export interface Matches {
  readonly count: number;
  readonly current: number;
  /** Whether there are more than were counted. */
  readonly hasMore: boolean;
}

/** Counts the matches of a query. */
export function matchesOf(query: SearchQuery, state: EditorState): Matches {
  const { from, to } = state.selection.main;
  let [count, current] = [0, 0];
  const cursor = query.getCursor(state);
  for (let next = cursor.next(); next.done !== true; next = cursor.next()) {
    if (count === MOST_COUNTED) return { count, current, hasMore: true };
    count += 1;
    if (next.value.from === from && next.value.to === to) current = count;
  }
  return { count, current, hasMore: false };
}
