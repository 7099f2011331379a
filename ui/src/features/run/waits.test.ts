import { expect, test } from 'vitest';
import type { Load, ModelLoad } from '../../bindings/types';
import { clock } from '../../lib/format';
import { waitsFor } from './waits';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const inAMinute = clock('2026-01-01T12:01:00Z');

function load(model: Partial<ModelLoad>, running = 1): Load {
  const recent = { calls: 0, failures: 0, failuresInARow: 0 };
  return {
    running,
    queued: 1,
    paused: 0,
    resting: 0,
    held: 0,
    providers: [{ name: 'a', running, queued: 1, limit: 4, recent }],
    models: [{ model: 'a:b', running, queued: 1, circuit: 'closed', most: 4, perMinute: false, ...model }],
  };
}

test('a model that is left alone says until when', () => {
  const said = waitsFor('a:b', load({ circuit: 'open', opensInMs: 60_000 }), NOON);
  expect(said).toBe(`a:b is left alone after repeated failures, until ${inAMinute}`);
  expect(waitsFor('a:b', load({ circuit: 'half-open' }), NOON)).toContain('tries whether a:b is well again');
});

test('a provider that has enough says until when', () => {
  expect(waitsFor('a:b', load({ opensInMs: 60_000 }), NOON)).toBe(
    `a has said that it has enough until ${inAMinute}`,
  );
});

test('a limit a minute that the user set is not what the provider says', () => {
  expect(waitsFor('a:b', load({ opensInMs: 60_000, perMinute: true }), NOON)).toBe(
    `The limit that you set for a a minute is used up until ${inAMinute}`,
  );
});

test('what is full says its limit, the model before the provider', () => {
  expect(waitsFor('a:b', load({}, 4), NOON)).toBe('a takes 4 at once, and has 4 on the wire');
  expect(waitsFor('a:b', load({ limit: 2 }, 4), NOON)).toBe(
    'a:b bears 2 at once for now, and has 4 on the wire',
  );
});

test('where nothing is in the way it waits for its turn', () => {
  expect(waitsFor('a:b', load({}), NOON)).toBeNull();
  expect(waitsFor('c:d', load({ circuit: 'open' }), NOON)).toBeNull();
});
