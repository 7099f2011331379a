import { describe, expect, it } from 'vitest';
import type { Egress } from '../../bindings/types';
import { keyName, placeName, statusOf } from './place';

describe('an entry of the ledger', () => {
  it('names its place without a port that says nothing', () => {
    expect(placeName('https://api.example.com:443')).toBe('https://api.example.com');
    expect(placeName('http://127.0.0.1:11434')).toBe('http://127.0.0.1:11434');
    expect(placeName('elsewhere')).toBe('elsewhere');
  });

  it('names where its key is found', () => {
    expect(keyName(null)).toBe('none');
    expect(keyName({ kind: 'env', name: 'OPENAI_API_KEY' })).toBe('OPENAI_API_KEY');
    expect(keyName({ kind: 'vault', id: 'key_1' })).toBe('vault');
  });

  it('says whether an answer came', () => {
    const status = (httpStatus: number | null, endedAt: string | null) =>
      statusOf({ httpStatus, endedAt } as Egress);
    expect(status(200, null)).toBe('200');
    expect(status(null, null)).toBe('under way');
    expect(status(null, '2026-01-01T00:00:00Z')).toBe('no answer');
  });
});
