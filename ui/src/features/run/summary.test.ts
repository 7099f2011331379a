import { describe, expect, it } from 'vitest';
import type { Execution, Failure, Finish, Run, RunProgress } from '../../bindings/types';
import { missingInput, typedValue } from './sensitive';
import {
  finishInFull,
  finishText,
  modelsOf,
  outcome,
  parameterList,
  tokenList,
  totalTime,
  versionsOf,
  withheld,
} from './summary';

const progress: RunProgress = {
  total: 3,
  pending: 0,
  running: 0,
  completed: 3,
  failed: 0,
  cancelled: 0,
  costUsd: '0',
  rulesUsd: '0',
};
const variant = { versionId: 'ver_1', versionNumber: 2, model: 'dry-run:echo', parameters: {} };
const run: Run = {
  id: 'run_1',
  kind: 'compare',
  status: 'completed',
  priority: 'normal',
  promptId: 'prm_1',
  promptName: 'summarise',
  variants: [variant, { ...variant, parameters: { temperature: 1 } }, { ...variant, versionNumber: null }],
  inputs: {},
  context: {},
  repeats: 1,
  failFast: false,
  onRestart: 'fail',
  progress,
  createdBy: 'act_1',
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:01Z',
  completedAt: '2026-01-01T00:00:03.5Z',
};

describe('the outcome of a run', () => {
  it('is only its state where all went well', () => {
    expect(outcome(run)).toEqual({ text: 'completed', tone: 'good' });
  });

  it('says how far a paused run is', () => {
    const paused = { ...run, status: 'paused' as const, progress: { ...progress, completed: 1, pending: 2 } };
    expect(outcome(paused)).toEqual({ text: 'paused · 1 of 3', tone: 'warn' });
  });

  it('counts what failed in a completed run', () => {
    const some = { ...run, progress: { ...progress, completed: 1, failed: 2 } };
    expect(outcome(some)).toEqual({ text: 'completed · 2 of 3 failed', tone: 'bad' });
  });

  it('does not call a run completed whose every cell failed', () => {
    const all = { ...run, progress: { ...progress, completed: 0, failed: 3 } };
    expect(outcome(all)).toEqual({ text: '3 of 3 failed', tone: 'bad' });
    const one = { ...run, progress: { ...progress, total: 1, completed: 0, failed: 1 } };
    expect(outcome(one).text).toBe('failed');
  });

  it('says how far a running run is', () => {
    const running: Run = { ...run, status: 'running', progress: { ...progress, completed: 1, running: 2 } };
    expect(outcome(running)).toEqual({ text: 'running · 1 of 3', tone: 'accent' });
  });
});

describe('the facts of a run', () => {
  it('names each model and version once', () => {
    expect(modelsOf(run)).toEqual(['dry-run:echo']);
    expect(versionsOf(run)).toEqual(['v2', 'draft']);
  });

  it('takes its time from first start to last end', () => {
    expect(totalTime(run)).toBe(2500);
    expect(totalTime({ ...run, completedAt: null })).toBeNull();
  });

  it('lists only the parameters that are sent', () => {
    const parameters = { temperature: 0, topP: null, stop: [], reasoningEffort: 'low', extra: { top_k: 3 } };
    expect(parameterList(parameters)).toEqual([
      ['temperature', '0'],
      ['reasoningEffort', 'low'],
      ['top_k', '3'],
    ]);
  });

  it('leaves out kinds of tokens that were not used', () => {
    const usage = {
      inputTokens: 1200,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 0,
      reasoningTokens: 8,
    };
    expect(tokenList(usage)).toBe('1,200 input · 0 output · 8 reasoning');
  });
});

describe('why a model stopped', () => {
  it('is a plain word, with the provider’s own in full', () => {
    expect(finishText({ reason: 'length', word: 'max_tokens' })).toBe('token limit');
    expect(finishInFull({ reason: 'length', word: 'max_tokens' })).toBe('token limit (max_tokens)');
    expect(finishInFull({ reason: 'stop', word: 'stop' })).toBe('stop');
    expect(finishInFull({ reason: 'refusal' })).toBe('declined');
  });

  it('is in the provider’s word where there is no plain one', () => {
    expect(finishText({ reason: 'other', word: 'RECITATION' })).toBe('RECITATION');
    expect(finishText({ reason: 'other', word: null })).toBe('other');
  });

  it('is an outcome of its own where the answer was withheld, and not otherwise', () => {
    const ended = (finish: Finish | null, failure: Partial<Failure> | null) =>
      withheld({ finish, failure } as Execution);
    expect(ended({ reason: 'refusal' }, null)).toBe('refusal');
    expect(ended({ reason: 'content-filter' }, null)).toBe('content-filter');
    expect(ended(null, { class: 'content_filter' })).toBe('content-filter');
    expect(ended({ reason: 'stop' }, null)).toBeNull();
    expect(ended({ reason: 'refusal' }, { class: 'reset' })).toBeNull();
    expect(ended(null, null)).toBeNull();
  });
});

describe('a sensitive value', () => {
  it('is missing where the error is about an input', () => {
    const error = { code: 'invalid', message: '', retryable: false } as const;
    expect(missingInput({ ...error, at: { path: 'inputs.secret' } })).toBe('secret');
    expect(missingInput({ ...error, at: { path: 'models' } })).toBeNull();
    expect(missingInput(error)).toBeNull();
  });

  it('has the type of its variable', () => {
    expect(typedValue({ type: 'string' }, '12')).toBe('12');
    expect(typedValue({ type: 'number' }, '12')).toBe(12);
    expect(() => typedValue({ type: 'object' }, '{')).toThrow();
  });
});
