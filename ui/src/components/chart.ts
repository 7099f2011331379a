/** A moment in milliseconds with a value; `null` where there is none. */
export type Values = readonly (number | null)[];

/** The width and height of a chart in its own units; it is stretched to its place. */
export const WIDTH = 600;
export const HEIGHT = 100;

/** A round number that is no less than a value, to end an axis with: 1, 2 or 5 times a power of ten. */
export function ceiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  // A little more than fits is the rounding of the division.
  const step = [1, 2, 5, 10].find((wanted) => value / power <= wanted + 1e-9) ?? 10;
  return step * power;
}

/** The line through values at their times, broken where one is missing; a value alone is a dot. */
export function linePath(
  times: readonly number[],
  values: Values,
  [from, to]: readonly [number, number],
  most: number,
): string {
  let path = '';
  let isDown = false;
  times.forEach((time, at) => {
    const value = values[at] ?? null;
    if (value === null || time < from || time > to) {
      isDown = false;
      return;
    }
    const x = ((time - from) / (to - from)) * WIDTH;
    const y = HEIGHT - (Math.min(value, most) / most) * HEIGHT;
    path += `${isDown ? 'L' : 'M'}${round(x)} ${round(y)}`;
    if (!isDown && (values[at + 1] ?? null) === null) path += 'h0';
    isDown = true;
  });
  return path;
}

/** The moment that is nearest to a place, from 0 at the left to 1 at the right. */
export function nearest(
  times: readonly number[],
  [from, to]: readonly [number, number],
  place: number,
): number {
  const wanted = from + place * (to - from);
  let best = 0;
  times.forEach((time, at) => {
    if (Math.abs(time - wanted) < Math.abs((times[best] ?? 0) - wanted)) best = at;
  });
  return best;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
