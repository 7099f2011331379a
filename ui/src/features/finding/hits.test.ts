import { describe, expect, it } from 'vitest';
import type { Hit } from '../../bindings/types';
import { bestPlace, destination } from './hits';

const of = {
  promptId: 'prm_1',
  promptName: 'greet',
  promptTitle: '',
  at: '2026-11-26T10:00:00Z',
  places: [],
};
const version: Hit = { ...of, kind: 'version', versionId: 'ver_2', number: 2, isHead: false };
const execution: Hit = { ...of, kind: 'execution', executionId: 'exe_3', runId: 'run_4', model: 'a:b' };

describe('a hit', () => {
  it('leads to the prompt, to the version in its history, or to the execution beside its run', () => {
    expect(destination({ ...of, kind: 'prompt', status: 'draft' })).toEqual({
      to: '/prompts/$id',
      params: { id: 'prm_1' },
      search: {},
    });
    expect(destination(version)).toMatchObject({ to: '/prompts/$id', search: { version: 'ver_2' } });
    expect(destination(execution)).toMatchObject({
      to: '/runs/$id',
      params: { id: 'run_4' },
      search: { execution: 'exe_3' },
    });
  });

  it('is shown by its answer before its inputs', () => {
    const place = (part: 'answer' | 'input') => ({ part, name: null, text: [] });
    expect(bestPlace({ ...execution, places: [place('input'), place('answer')] })?.part).toBe('answer');
    expect(bestPlace(version)).toBeUndefined();
  });
});
