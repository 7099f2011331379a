import { SearchQuery } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { matchesOf, MOST_COUNTED } from './finding';

const state = (doc: string, from = 0, to = from) =>
  EditorState.create({ doc, selection: { anchor: from, head: to } });

it('counts what is found, and says which of them is selected', () => {
  const query = new SearchQuery({ search: 'tea' });
  expect(matchesOf(query, state('tea, Tea and steam'))).toEqual({ count: 3, current: 0, hasMore: false });
  expect(matchesOf(query, state('tea, Tea and steam', 5, 8))).toEqual({
    count: 3,
    current: 2,
    hasMore: false,
  });
  expect(matchesOf(query, state('milk'))).toEqual({ count: 0, current: 0, hasMore: false });
});

it('does not count without end', () => {
  const query = new SearchQuery({ search: 'a' });
  expect(matchesOf(query, state('a'.repeat(MOST_COUNTED + 5)))).toEqual({
    count: MOST_COUNTED,
    current: 0,
    hasMore: true,
  });
  expect(matchesOf(query, state('a'.repeat(MOST_COUNTED))).hasMore).toBe(false);
});
