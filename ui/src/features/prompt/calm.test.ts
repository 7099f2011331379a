import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Calm, MOST_MS, REST_MS } from './calm';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A text that is typed, what follows it, and how often that was told. */
function typed() {
  let text = '';
  let told = 0;
  const calm = new Calm(() => text);
  calm.subscribe(() => (told += 1));
  const type = (more: string) => {
    text += more;
    calm.changed();
  };
  return { calm, type, told: () => told };
}

it('follows once the typing rests', () => {
  const { calm, type } = typed();
  type('a');
  vi.advanceTimersByTime(REST_MS - 1);
  type('b');
  expect([calm.get(), calm.isRested()]).toEqual(['', false]);
  vi.advanceTimersByTime(REST_MS);
  expect([calm.get(), calm.isRested()]).toEqual(['ab', true]);
});

it('follows without a rest too, before long', () => {
  const { calm, type } = typed();
  for (let at = 0; at <= MOST_MS; at += 10) {
    type('a');
    vi.advanceTimersByTime(10);
  }
  expect(calm.get().length).toBeGreaterThan(1);
});

it('tells that it is behind once, and once that it is not', () => {
  const { type, told } = typed();
  type('a');
  type('b');
  type('c');
  expect(told()).toBe(1);
  vi.advanceTimersByTime(REST_MS);
  expect(told()).toBe(2);
});

it('is not disturbed where nothing changed', () => {
  const { calm, told } = typed();
  calm.changed();
  expect([calm.isRested(), told()]).toEqual([true, 0]);
});
