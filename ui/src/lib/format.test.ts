import { describe, expect, it } from 'vitest';
import { bytes, count, dollars, duration, elapsed, rate, roughly, shortVersion } from './format';

describe('format', () => {
  it('says what is unknown', () => {
    expect([count(null), duration(undefined), rate(null)]).toEqual(['–', '–', '–']);
    expect(dollars(null)).toBe('unknown');
  });

  it.each([
    [40, '0.0 s'],
    [1730, '1.7 s'],
    [59_900, '59.9 s'],
    [185_000, '3 min 5 s'],
  ])('shows %i ms that run on as %s', (ms, text) => {
    expect(elapsed(ms)).toBe(text);
  });

  it.each([
    [12, '1 s'],
    [11_420, '11 s'],
    [185_000, '3 min 5 s'],
    [754_000, '13 min'],
  ])('guesses %i ms as %s', (ms, text) => {
    expect(roughly(ms)).toBe(text);
  });

  it.each([
    ['0', '$0'],
    ['0.0091', '$0.0091'],
    ['0.004218', '$0.0042'],
    ['1.5', '$1.50'],
    ['0.999', '$1.00'],
    ['0.000000001', '$0.000000001'],
  ])('writes %s dollars as %s', (amount, text) => {
    expect(dollars(amount)).toBe(text);
  });

  it.each([
    [412.3, '412 ms'],
    [999.7, '1.00 s'],
    [2731, '2.73 s'],
    [59_999, '1 min 0 s'],
    [185_000, '3 min 5 s'],
  ])('writes %d milliseconds as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [94.06, '94.1'],
    [999.9, '999.9'],
    [999.96, '1,000'],
    [26_161.5, '26,162'],
  ])('writes %d tokens a second as %s', (tokens, text) => {
    expect(rate(tokens)).toBe(text);
  });

  it('writes sizes and hashes for people', () => {
    expect([900, 300 * 1024, 10 * 1024 ** 2, 25.5 * 1024 ** 3].map(bytes)).toEqual([
      '900 B',
      '300 KiB',
      '10.0 MiB',
      '25.5 GiB',
    ]);
    expect(shortVersion('ver_0123456789abcdef')).toBe('ver_0123456789ab');
  });
});
