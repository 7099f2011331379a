import { describe, expect, it } from 'vitest';
import { level, scopeName, shares, toAmount } from './scope';

const used = (capUsd: string, settledUsd: string, reservedUsd = '0') => ({ capUsd, settledUsd, reservedUsd });

describe('a budget', () => {
  it('is named by what it is for', () => {
    expect(scopeName({ scope: 'workspace' })).toBe('Everything');
    expect(scopeName({ scope: 'provider:openai' })).toBe('openai');
    expect(scopeName({ scope: 'model:ollama:llama3:8b' })).toBe('ollama:llama3:8b');
    expect(scopeName({ scope: 'prompt:prm_1', promptName: 'greet' })).toBe('Prompt greet');
  });

  it('is a bar that is never longer than its cap', () => {
    expect(shares(used('10', '5', '2.5'))).toEqual({ settled: 0.5, reserved: 0.25 });
    expect(shares(used('10', '8', '5')).reserved).toBeCloseTo(0.2);
    expect(shares(used('10', '30', '5'))).toEqual({ settled: 1, reserved: 0 });
    expect(shares(used('0', '0'))).toEqual({ settled: 0, reserved: 0 });
    expect(shares(used('0', '1'))).toEqual({ settled: 1, reserved: 0 });
  });

  it('is near its end from 80 % on, and over from 100 %', () => {
    expect(level(used('10', '7.99'))).toBe('fine');
    expect(level(used('10', '8'))).toBe('near');
    expect(level(used('10', '10'))).toBe('over');
    expect(level(used('0', '0'))).toBe('fine');
  });
});

describe('an amount', () => {
  it('is read as people write it', () => {
    expect(['0.50', '$5', ' 12 ', '.5', '0,5', '007'].map(toAmount)).toEqual([
      '0.50',
      '5',
      '12',
      '0.5',
      '0.5',
      '7',
    ]);
  });

  it('is refused where it is none', () => {
    expect(['', '-1', '1e3', '1.0000000001', 'five', '1.', '.'].map(toAmount)).toEqual(Array(7).fill(null));
  });
});
