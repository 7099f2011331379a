/** The widths that columns were given, for as long as they are those of the same models. */
export interface Widths {
  readonly models: readonly string[];
  /** In pixels, by column; columns without one share the room. */
  readonly widths: Readonly<Record<number, number>>;
}

/** Narrower than this, a column is not to be read. */
export const LEAST_WIDTH = 320;
/** Wider than this, lines are not to be read. */
export const MOST_WIDTH = 2000;
/** How far a key moves a border, in pixels. */
const STEP = 16;
const LARGE_STEP = 96;

/** The widths of the columns of these models: none where they were those of others. */
export function widthsFor(remembered: Widths, models: readonly string[]): Widths {
  const isSame =
    models.length === remembered.models.length &&
    models.every((model, at) => model === remembered.models[at]);
  return isSame ? remembered : { models, widths: {} };
}

/** The widths with that of one column changed; `null` gives it its share of the room again. */
export function withWidth({ models, widths }: Widths, column: number, width: number | null): Widths {
  const others = Object.entries(widths).filter(([at]) => Number(at) !== column);
  const next = Object.fromEntries(others) as Record<number, number>;
  if (width !== null) next[column] = within(width);
  return { models, widths: next };
}

/** The nearest width that a column may have. */
export function within(width: number): number {
  return Math.round(Math.min(Math.max(width, LEAST_WIDTH), MOST_WIDTH));
}

/** The width that a key on a border leads to: `null` for its share of the room, `undefined` where the key does nothing. */
export function widthAfter(key: string, isLarge: boolean, width: number): number | null | undefined {
  const step = isLarge ? LARGE_STEP : STEP;
  switch (key) {
    case 'ArrowLeft':
      return within(width - step);
    case 'ArrowRight':
      return within(width + step);
    case 'Home':
      return LEAST_WIDTH;
    case 'Enter':
      return null;
    default:
      return undefined;
  }
}

/** The widths that were remembered, as far as they are some. */
export function toWidths(value: unknown): Widths {
  const none: Widths = { models: [], widths: {} };
  if (typeof value !== 'object' || value === null) return none;
  const { models, widths } = value as Record<string, unknown>;
  if (!Array.isArray(models) || typeof widths !== 'object' || widths === null) return none;
  const known = Object.entries(widths).filter(([, width]) => typeof width === 'number');
  const kept = known.map(([at, width]) => [at, within(width as number)] as const);
  return { models: models.map(String), widths: Object.fromEntries(kept) };
}
