import type { ListPrompts } from '../../bindings/types';

/** Which prompts a list has by where they stand: `current` are all but those archived or in the bin. */
export const SHOWING = ['current', 'draft', 'published', 'archived', 'deleted'] as const;
export type Showing = (typeof SHOWING)[number];

/** What the list is narrowed by, as it stands in the address, so that back, forward and links keep it. */
export interface ListSearch {
  find?: string | undefined;
  tag?: string | undefined;
  label?: string | undefined;
  show?: Exclude<Showing, 'current'> | undefined;
}

/** The parts of an address that it is. */
export const LIST_KEYS = ['find', 'tag', 'label', 'show'] as const satisfies (keyof ListSearch)[];

/** The filter in an address, which anybody may have written. */
export function readListSearch(raw: Record<string, unknown>): ListSearch {
  const search: ListSearch = {};
  for (const name of ['find', 'tag', 'label'] as const) {
    const value = raw[name];
    // A number in an address is not quoted, and is a word all the same.
    const word = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    if (word.trim() !== '') search[name] = word;
  }
  const show = SHOWING.find((known) => known === raw['show']);
  if (show !== undefined && show !== 'current') search.show = show;
  return search;
}

/** The filter that the host is asked with. */
export function filterOf({ find, tag, label, show }: ListSearch): ListPrompts {
  const words = { search: find ?? '', tag: tag ?? null, label: label ?? null };
  if (show === undefined) return words;
  return show === 'deleted' ? { ...words, deleted: true } : { ...words, status: show };
}

/** Whether anything is filtered. */
export function isFiltered(search: ListSearch): boolean {
  return LIST_KEYS.some((key) => search[key] !== undefined);
}

/** A filter under a name. */
export interface SavedFilter {
  readonly name: string;
  readonly search: ListSearch;
}

/** The filters in a setting, which may come from another version, or from anybody's hand. */
export function readSaved(value: unknown): SavedFilter[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null || !('name' in item) || !('search' in item)) return [];
    const { name, search } = item;
    if (typeof name !== 'string' || name.trim() === '' || typeof search !== 'object' || search === null)
      return [];
    return [{ name, search: readListSearch(search as Record<string, unknown>) }];
  });
}

/** Whether another filter has the name, in whatever case. */
export function isTaken(saved: readonly SavedFilter[], name: string): boolean {
  return saved.some((filter) => filter.name.toLowerCase() === name.trim().toLowerCase());
}
