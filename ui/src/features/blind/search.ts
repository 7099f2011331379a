/** Which columns are compared and in which order, as it stands in the address. */
export interface BlindSearch {
  one?: number;
  other?: number;
  seed?: number;
}

/** The same, by an address which anybody may have written. */
export function readBlindSearch(raw: Record<string, unknown>): BlindSearch {
  const search: BlindSearch = {};
  for (const name of ['one', 'other', 'seed'] as const) {
    const value = raw[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) search[name] = value;
  }
  return search;
}

/** A seed that was not there before. It only has to differ from time to time. */
export function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
