import { describe, expect, it } from 'vitest';
import type { FoundServer, Preset, ProviderView } from '../../bindings/types';
import { filledIn, findPresets, newServers } from './presets';

const preset = (id: string, title: string, baseUrl: string | null): Preset => ({
  id,
  title,
  kind: 'openai-chat',
  baseUrl,
  env: null,
  keyPage: null,
});

describe('presets', () => {
  it('are found by the name of the vendor, an id or an address', () => {
    const all = [
      preset('openai', 'OpenAI', 'https://api.openai.com/v1'),
      preset('lm-studio', 'LM Studio on this machine', 'http://127.0.0.1:1234/v1'),
      {
        ...preset('azure', 'Azure OpenAI', null),
        template: { url: 'https://R.azure.com', word: 'R', label: '', example: '' },
      },
    ];
    const found = (search: string) => findPresets(all, search).map(({ id }) => id);
    expect(found('')).toHaveLength(3);
    expect(found('openai')).toEqual(['openai', 'azure']);
    expect(found('STUDIO machine')).toEqual(['lm-studio']);
    expect(found('azure.com')).toEqual(['azure']);
    expect(found('nobody')).toEqual([]);
  });

  it('have an address once its part is filled in', () => {
    const template = { url: 'https://RESOURCE.openai.azure.com/openai/v1', word: 'RESOURCE' };
    expect(filledIn(template, ' mine ')).toBe('https://mine.openai.azure.com/openai/v1');
    expect(filledIn(template, '$&')).toBe('https://$&.openai.azure.com/openai/v1');
    expect(filledIn(template, ' ')).toBe('');
  });
});

describe('servers on this machine', () => {
  const server = (baseUrl: string): FoundServer => ({ preset: 'x', title: 'X', baseUrl, models: [] });

  it('are offered where no provider is at them, whatever its path and its name of this machine', () => {
    const providers = [{ baseUrl: 'http://localhost:11434/v1' }, { baseUrl: null }] as ProviderView[];
    const servers = [server('http://127.0.0.1:11434'), server('http://127.0.0.1:1234/v1')];
    expect(newServers(servers, providers)).toEqual([servers[1]]);
  });
});
