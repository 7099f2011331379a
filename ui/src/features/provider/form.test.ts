import { describe, expect, it } from 'vitest';
import type { ProviderView } from '../../bindings/types';
import { changesOf, fieldsOf, freeName, outsideOf, problemsOf } from './form';

const provider: ProviderView = {
  id: 'prv_1',
  name: 'openai',
  kind: 'openai-chat',
  baseUrl: 'https://api.openai.com/v1',
  key: {
    id: 'key_1',
    name: 'main',
    reference: { kind: 'env', name: 'OPENAI_API_KEY' },
    origin: 'https://api.openai.com',
  },
  maxConcurrent: 4,
  requestsPerMinute: 60,
  tokensPerMinute: null,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  keyState: 'found',
  ownNames: false,
};

describe('the form of a provider', () => {
  it('asks for nothing where nothing was changed', () => {
    expect(changesOf(provider, fieldsOf(provider))).toBeNull();
  });

  it('says which limits are none', () => {
    expect(outsideOf(fieldsOf(provider))).toEqual({});
    expect(outsideOf({ ...fieldsOf(provider), maxConcurrent: -5, requestsPerMinute: 2_000_000 })).toEqual({
      maxConcurrent: 'Must be between 1 and 1,024, got -5',
      requestsPerMinute: 'Must be between 1 and 1,000,000, got 2,000,000',
    });
  });

  it('does not give the key to a new address by itself', () => {
    const changes = changesOf(provider, { ...fieldsOf(provider), baseUrl: 'https://example.com/v1' });
    expect(changes).toEqual({ id: 'prv_1', baseUrl: 'https://example.com/v1' });
  });

  it('goes back to the default concurrency where the field is emptied', () => {
    const changes = changesOf(provider, { ...fieldsOf(provider), maxConcurrent: '' });
    expect(changes).toEqual({ id: 'prv_1', maxConcurrent: 0 });
    const limited = changesOf(provider, {
      ...fieldsOf(provider),
      requestsPerMinute: '',
      tokensPerMinute: 9000,
    });
    expect(limited).toEqual({ id: 'prv_1', requestsPerMinute: 0, tokensPerMinute: 9000 });
  });

  it('finds a name that is free', () => {
    expect(freeName('ollama', ['openai'])).toBe('ollama');
    expect(freeName('ollama', ['ollama', 'ollama-2'])).toBe('ollama-3');
  });

  it('puts an error at the field that it names', () => {
    const error = { code: 'invalid', message: 'no', retryable: false } as const;
    expect(problemsOf({ ...error, at: { path: 'baseUrl' } })).toEqual({ baseUrl: 'no' });
    expect(problemsOf({ ...error, at: { path: 'elsewhere' } })).toBeNull();
    expect(problemsOf(error)).toBeNull();
  });
});
