/** Some of a list, and the place from which more are selected. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly anchor: number;
}

export const NONE: Selection = { ids: new Set(), anchor: 0 };

interface Item {
  readonly id: string;
}

/** Selects the item at a place as well, or does not any more; what follows goes on from there. */
export function toggled({ ids }: Selection, items: readonly Item[], at: number): Selection {
  const id = items[at]?.id;
  if (id === undefined) return { ids, anchor: at };
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: at };
}

/** Selects everything from where it was begun to a place as well. */
export function extended({ ids, anchor }: Selection, items: readonly Item[], to: number): Selection {
  const range = items.slice(Math.min(anchor, to), Math.max(anchor, to) + 1);
  return { ids: new Set([...ids, ...range.map(({ id }) => id)]), anchor };
}

/** Selects all that are known. */
export function all(items: readonly Item[]): Selection {
  return { ids: new Set(items.map(({ id }) => id)), anchor: 0 };
}
