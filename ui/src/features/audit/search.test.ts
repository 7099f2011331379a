import { describe, expect, it } from 'vitest';
import { auditFilter, readAuditSearch } from './search';

describe('the filters of the trail', () => {
  it('are taken from an address as far as they are known', () => {
    const raw = { kind: 'prompt', origin: 'cli', actor: 'act_1', record: 'prm_1', period: 'week', other: 1 };
    expect(readAuditSearch(raw)).toEqual({
      kind: 'prompt',
      origin: 'cli',
      actor: 'act_1',
      record: 'prm_1',
      period: 'week',
    });
    expect(readAuditSearch({ kind: 'nothing', origin: 3, actor: '', from: 'soon' })).toEqual({});
  });

  it('ask for all actions of a kind, and for whole days', () => {
    const { action, from, to, record } = auditFilter({
      kind: 'run',
      from: '2026-01-01',
      to: '2026-01-02',
      record: 'x',
    });
    expect([action, record]).toEqual(['run', 'x']);
    expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(2 * 86_400_000);
  });
});
