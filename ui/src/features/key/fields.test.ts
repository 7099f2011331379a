import { describe, expect, it } from 'vitest';
import type { Preset, ProviderKeyView, ProviderView } from '../../bindings/types';
import {
  freeKeyName,
  isLocal,
  mayHoldKey,
  noteOf,
  placesOf,
  presetOf,
  problemsOfError,
  problemsOfNew,
} from './fields';

const provider = (baseUrl: string | null, kind: ProviderView['kind'] = 'openai-chat') =>
  ({ baseUrl, kind }) as ProviderView;

describe('a new key', () => {
  it('is kept in the keychain where there is one, else in the vault', () => {
    expect(placesOf({ keychain: 'available', vault: 'absent' })[0]).toBe('keychain');
    expect(placesOf({ keychain: 'locked', vault: 'open' })[0]).toBe('keychain');
    expect(placesOf({ keychain: 'none', vault: 'absent' })).toEqual(['vault', 'env']);
  });

  it('has a name that no other has', () => {
    expect(freeKeyName([])).toBe('main');
    expect(freeKeyName([{ name: 'Main' }, { name: 'main 2' }])).toBe('main 3');
  });

  it('says what is missing, each at its field', () => {
    const good = { name: 'spare', place: 'vault' as const, env: '', hasSecret: true };
    const others = [{ name: 'Main' }];
    expect(problemsOfNew(good, others)).toEqual({});
    expect(Object.keys(problemsOfNew({ ...good, hasSecret: false }, others))).toEqual(['secret']);
    expect(Object.keys(problemsOfNew({ ...good, name: ' main ' }, others))).toEqual(['name']);
    expect(Object.keys(problemsOfNew({ ...good, place: 'env', env: 'HOME' }, others))).toEqual(['env']);
    expect(problemsOfNew({ ...good, place: 'env', env: 'A_TOKEN', hasSecret: false }, others)).toEqual({});
  });

  it('is refused at the field that the error names', () => {
    const error = { code: 'invalid', message: 'no', retryable: false } as const;
    expect(problemsOfError({ ...error, at: { path: 'secret' } })).toEqual({ secret: 'no' });
    expect(problemsOfError({ ...error, at: { path: 'passphrase' } })).toBeNull();
    expect(problemsOfError(error)).toBeNull();
  });

  it('may be held by variables of some names', () => {
    for (const good of ['OPENAI_API_KEY', 'HF_TOKEN', 'FORMAOPS_X']) expect(mayHoldKey(good)).toBe(true);
    for (const bad of ['HOME', '_API_KEY', 'FORMAOPS_', 'aws_token', 'A_TOKEN=1', 'AWS_SECRET_ACCESS_KEY']) {
      expect(mayHoldKey(bad)).toBe(false);
    }
  });
});

describe('a provider', () => {
  it('is on this machine by its address', () => {
    expect(isLocal(provider('http://127.0.0.1:11434/v1'))).toBe(true);
    expect(isLocal(provider('http://localhost:1234'))).toBe(true);
    expect(isLocal(provider('https://127.0.0.1.example.com/v1'))).toBe(false);
    expect(isLocal(provider(null))).toBe(false);
  });

  it('is known again by its address, or by its kind where each has its own', () => {
    const preset = (id: string, kind: Preset['kind'], baseUrl: string | null, word?: string): Preset => ({
      ...{ id, title: id, kind, baseUrl, env: null, keyPage: null },
      ...(word !== undefined && { template: { url: `https://${word}.x`, word, label: '', example: '' } }),
    });
    const all = [
      preset('openai', 'openai-chat', 'https://api.openai.com/v1'),
      preset('compatible', 'openai-chat', null),
      preset('azure', 'azure-openai', null, 'R'),
    ];
    expect(presetOf(provider('https://api.openai.com/v1'), all)?.id).toBe('openai');
    expect(presetOf(provider('https://example.com/v1'), all)).toBeNull();
    expect(presetOf(provider('https://mine.x', 'azure-openai'), all)?.id).toBe('azure');
  });
});

describe('what is to be known of a key', () => {
  const key = { name: 'main', reference: { kind: 'vault', id: 'key_1' }, origin: 'https://a.com:443' };
  const note = (state: string, reference: object = key.reference) =>
    noteOf({ ...key, reference, state } as unknown as ProviderKeyView, 'https://b.com/v1');

  it('is where it goes, or what keeps it from going', () => {
    expect(note('found')).toContain('`https://a.com`');
    expect(note('locked')).toContain('passphrase');
    expect(note('locked', { kind: 'keychain', id: 'key_1' })).toContain('keychain');
    expect(note('missing', { kind: 'env', name: 'A_TOKEN' })).toContain('`A_TOKEN` was not set');
    expect(note('detached')).toContain('`https://b.com/v1` now');
  });
});
