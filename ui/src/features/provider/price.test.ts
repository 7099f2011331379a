import { expect, it } from 'vitest';
import { perMillion, sourceName } from './price';

it('writes a price in dollars with the decimals that it has', () => {
  expect(perMillion(1_250_000_000)).toBe('$1.25');
  expect(perMillion(10_000_000_000)).toBe('$10.00');
  expect(perMillion(75_000_000)).toBe('$0.075');
  expect(perMillion(2_500_000)).toBe('$0.0025');
  expect(perMillion(0)).toBe('$0.00');
});

it('names a source in a few letters', () => {
  expect(sourceName('https://github.com/example/prices/blob/main/prices.json')).toBe('example/prices');
  expect(sourceName('https://example.com/pricing')).toBe('example.com');
  expect(sourceName('user')).toBe('you');
  expect(sourceName('list')).toBe('its own list');
  expect(sourceName('the price list')).toBe('the price list');
});
