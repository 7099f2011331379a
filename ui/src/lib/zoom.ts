import { host } from '../host';
import { Stored, useStored } from './stored';

export const OWN_ZOOM = 100;
export const LEAST_ZOOM = 80;
export const MOST_ZOOM = 200;

/** The sizes that a key goes through, in percent. */
const STEPS = [LEAST_ZOOM, 90, OWN_ZOOM, 110, 125, 150, 175, MOST_ZOOM];

const stored = new Stored('formaops.zoom', (kept) => STEPS.find((step) => step === kept) ?? OWN_ZOOM);

/** The size of the page in the window. A browser has its own, which is not for the page to change. */
export const zoom = {
  set(percent: number): void {
    stored.set(percent);
    zoom.apply();
  },
  /** Goes to the next size, or the one before. */
  step(by: 1 | -1): void {
    const next = STEPS[STEPS.indexOf(stored.get()) + by];
    if (next !== undefined) zoom.set(next);
  },
  /** Shows the page as it was left, as after a start. */
  apply(): void {
    void host.setZoom?.(stored.get());
  },
};

/** The size of the page in percent. */
export function useZoom(): number {
  return useStored(stored)[0];
}
