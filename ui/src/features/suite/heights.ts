import { Stored } from '../../lib/stored';

/** The heights that rows can have, in pixels: a line, an excerpt, and most of an answer. */
export const HEIGHTS = { low: 32, middle: 96, high: 192 } as const;
export type Height = keyof typeof HEIGHTS;

/** How many lines of an answer are seen by then. */
export const LINES: Record<Height, number> = { low: 1, middle: 2, high: 7 };

/** The heights by the keys that choose them. */
export const HEIGHT_KEYS: Readonly<Record<string, Height>> = { '1': 'low', '2': 'middle', '3': 'high' };

/** The height that was chosen last, for any grid. */
export const chosenHeight = new Stored<Height>('formaops.grid-height', (kept) =>
  typeof kept === 'string' && kept in HEIGHTS ? (kept as Height) : 'middle',
);
