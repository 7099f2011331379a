import { describe, expect, it } from 'vitest';
import type { Execution } from '../../bindings/types';
import { failuresOf, type Mark, rateOf, withMark } from './course';

function failed(kind: string): Execution {
  return { status: 'failed', failure: { class: kind } } as Execution;
}

describe('the course of a run', () => {
  it('counts failures by kind, the most frequent first', () => {
    const done = { status: 'completed', failure: null } as Execution;
    const executions = [failed('timeout'), done, failed('rate_limited'), failed('rate_limited')];
    expect(failuresOf(executions)).toEqual([
      { class: 'rate_limited', count: 2 },
      { class: 'timeout', count: 1 },
    ]);
  });

  it('takes its rate from the last half minute', () => {
    let marks: readonly Mark[] = [];
    for (let second = 0; second <= 100; second += 1) {
      const ended = second < 50 ? second * 10 : 500 + (second - 50) * 2;
      marks = withMark(marks, { at: second * 1000, ended });
    }
    expect(rateOf(marks)).toBeCloseTo(2);
    expect(marks.length).toBeLessThan(40);
  });

  it('knows no rate before something has ended', () => {
    expect(rateOf([])).toBeNull();
    expect(rateOf([{ at: 0, ended: 0 }])).toBeNull();
    expect(
      rateOf([
        { at: 0, ended: 3 },
        { at: 1000, ended: 3 },
      ]),
    ).toBeNull();
  });
});
