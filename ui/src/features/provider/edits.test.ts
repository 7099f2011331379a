import { describe, expect, it } from 'vitest';
import { toEdits } from './edits';

describe('changes of providers that wait to be saved', () => {
  it('are those that were kept', () => {
    const kept = { prv_1: { name: 'mine', maxConcurrent: 4 }, prv_2: { tokensPerMinute: '' } };
    expect(toEdits(kept)).toEqual(kept);
  });

  it('are none where something else was', () => {
    expect(toEdits(null)).toEqual({});
    expect(toEdits({ prv_1: 'x', prv_2: { name: 4, apiKey: 'k', requestsPerMinute: 'many' } })).toEqual({});
  });
});
