import { describe, expect, it } from 'vitest';
import type { ImportItem } from '../../bindings/types';
import { actionsOf, type Choice, isFit, proposed, toRequest } from './choices';

const item = (over: Partial<ImportItem>): ImportItem => ({
  name: 'a',
  title: '',
  description: '',
  tags: [],
  versions: 1,
  inputSets: [],
  labels: [],
  runs: 0,
  text: '',
  state: 'new',
  existing: null,
  freeName: null,
  problem: null,
  notes: [],
  ...over,
});

describe('what becomes of prompts in files', () => {
  it('touches nothing that is here unless the reader says so', () => {
    expect(proposed(item({}))).toEqual({ action: 'create', name: 'a' });
    expect(proposed(item({ state: 'taken', freeName: 'a-2' }))).toEqual({ action: 'create', name: 'a-2' });
    expect(proposed(item({ state: 'same', freeName: 'a-2' })).action).toBe('skip');
    const problem = { message: 'no', hint: '', at: { path: '' } };
    expect(proposed(item({ problem })).action).toBe('skip');
    expect(actionsOf(item({ problem }))).toEqual(['skip']);
    expect(actionsOf(item({}))).not.toContain('version');
    expect(actionsOf(item({ state: 'taken' }))).toContain('version');
  });

  it('needs names that follow the rule and differ', () => {
    const choices = (...entries: [string, Choice][]) => new Map(entries);
    const create = (name: string): Choice => ({ action: 'create', name });
    expect(isFit(choices(['a', create('x/y-1')]), 'a')).toBe(true);
    for (const name of ['', 'A', 'a b', '/a', 'a/', '-a', 'a'.repeat(129)]) {
      expect(isFit(choices(['a', create(name)]), 'a'), name).toBe(false);
    }
    expect(isFit(choices(['a', create('x')], ['b', create('x')]), 'a')).toBe(false);
    expect(isFit(choices(['a', create('x')], ['b', { action: 'skip', name: 'x' }]), 'a')).toBe(true);
  });

  it('goes to the host with a name only where a prompt is made', () => {
    const choices = new Map<string, Choice>([
      ['a', { action: 'create', name: 'b' }],
      ['c', { action: 'version', name: 'c' }],
    ]);
    expect(toRequest(choices)).toEqual([
      { prompt: 'a', action: 'create', name: 'b' },
      { prompt: 'c', action: 'version', name: null },
    ]);
  });
});
