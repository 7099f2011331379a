/** What a history is drawn from: a version comes before those that it was made from. */
export interface Node {
  readonly id: string;
  readonly parents: readonly string[];
}

/** A line from a lane at the upper border of a part of a row to a lane at its lower border. */
export type Line = readonly [from: number, to: number];

/** How a version is drawn. Lanes are counted from 0, from the left. */
export interface GraphRow {
  /** Where the version is. */
  readonly lane: number;
  /** The lines that end in it, by their lanes above. */
  readonly above: readonly number[];
  /** The lines that begin in it, by their lanes below: one to each version that it was made from. */
  readonly below: readonly number[];
  /** The lanes whose lines only pass by. */
  readonly through: readonly number[];
}

/**
 * Lays a history out in lanes. A version stands in the lane of the newest that was made from it, the first parent goes on
 * in its lane, and lanes that end are used again. The lines to versions that are not here go on to the end.
 */
export function graphOf(nodes: readonly Node[]): GraphRow[] {
  /** For each lane the version that its line leads to. */
  const lanes: (string | null)[] = [];
  const free = () => {
    const at = lanes.indexOf(null);
    return at < 0 ? lanes.length : at;
  };
  return nodes.map(({ id, parents }) => {
    const above = lanes.flatMap((wanted, lane) => (wanted === id ? [lane] : []));
    const lane = above[0] ?? free();
    for (const ended of above) lanes[ended] = null;
    const through = lanes.flatMap((wanted, other) => (wanted === null ? [] : [other]));
    const below = parents.map((parent, place) => {
      const known = lanes.indexOf(parent);
      if (known >= 0) return known;
      const to = place === 0 && (lanes[lane] ?? null) === null ? lane : free();
      lanes[to] = parent;
      return to;
    });
    return { lane, above, below, through };
  });
}

/** How many lanes rows need. */
export function widthOf(rows: readonly GraphRow[]): number {
  return (
    rows.reduce((most, row) => Math.max(most, row.lane, ...row.above, ...row.below, ...row.through), 0) + 1
  );
}
