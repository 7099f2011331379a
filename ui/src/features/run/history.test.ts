import { describe, expect, it } from 'vitest';
import { filterOf, isFiltered, readSearch } from './history';
import { runsTexts } from './runs.texts';

describe('the filters in an address', () => {
  it('are what is known of it', () => {
    expect(readSearch({ text: 4711, prompt: 'prm_1', status: 'completed', period: 'week', x: 1 })).toEqual({
      text: '4711',
      prompt: 'prm_1',
      status: 'completed',
      period: 'week',
    });
    expect(readSearch({ failing: true })).toEqual({ failing: true });
    expect(
      readSearch({ text: '', status: 'odd', failing: 'yes', period: 9, from: 'yesterday', to: '2026-13-40' }),
    ).toEqual({});
  });

  it('know every state that a run can be in', () => {
    for (const status of Object.keys(runsTexts.status)) expect(readSearch({ status })).toEqual({ status });
  });

  it('ask for whole days of the calendar, the last one too', () => {
    const filter = filterOf({ from: '2026-11-24', to: '2026-11-25', text: 'x' });
    expect(filter.text).toBe('x');
    expect(new Date(filter.from ?? '')).toEqual(new Date(2026, 10, 24));
    expect(new Date(filter.to ?? '')).toEqual(new Date(2026, 10, 26));
  });

  it('ask for a period up to today', () => {
    const now = new Date(2026, 10, 3, 15, 30);
    expect(new Date(filterOf({ period: 'today' }, now).from ?? '')).toEqual(new Date(2026, 10, 3));
    const week = filterOf({ period: 'week', to: '2020-01-01' }, now);
    expect(new Date(week.from ?? '')).toEqual(new Date(2026, 9, 28));
    expect(week.to).toBeUndefined();
  });

  it('say whether there are any', () => {
    expect(isFiltered({})).toBe(false);
    expect(isFiltered({ text: 'x' })).toBe(true);
  });
});
