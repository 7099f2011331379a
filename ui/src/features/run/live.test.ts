import { describe, expect, it } from 'vitest';
import { liveFigures } from './live';

const started = 10_000;

describe('the figures of an answer that streams', () => {
  it('are the time alone before anything comes', () => {
    const seen = { started, began: null, since: { at: started, bytes: 0 }, bytes: 0 };
    expect(liveFigures(seen, 11_500)).toEqual({
      firstTokenMs: null,
      tokensPerSecond: null,
      outputTokens: null,
      elapsedMs: 1500,
    });
  });

  it('are all that can be known once it comes', () => {
    const seen = { started, began: 10_400, since: { at: started, bytes: 0 }, bytes: 400 };
    expect(liveFigures(seen, 12_400)).toEqual({
      firstTokenMs: 400,
      tokensPerSecond: 50,
      outputTokens: 100,
      elapsedMs: 2400,
    });
  });

  it('say no rate of a moment', () => {
    const seen = { started, began: 10_400, since: { at: started, bytes: 0 }, bytes: 400 };
    expect(liveFigures(seen, 10_450).tokensPerSecond).toBeNull();
  });

  it('take the rate from what was watched where the beginning was not', () => {
    const seen = { started, began: null, since: { at: 20_000, bytes: 4000 }, bytes: 4400 };
    expect(liveFigures(seen, 21_000)).toMatchObject({ firstTokenMs: null, tokensPerSecond: 100 });
  });

  it('leave out what an attempt before has brought', () => {
    const seen = { started, began: 9000, since: { at: started, bytes: 800 }, bytes: 800 };
    expect(liveFigures(seen, 12_000)).toMatchObject({ firstTokenMs: null, tokensPerSecond: null });
  });

  it('never run backwards where the clocks differ', () => {
    const seen = { started, began: null, since: { at: started, bytes: 0 }, bytes: 0 };
    expect(liveFigures(seen, 9000).elapsedMs).toBe(0);
  });
});
