import { describe, expect, it } from 'vitest';
import type { LiveFigures, Sample } from '../../bindings/types';
import { isMoving, joined, seriesOf, spanOf } from './series';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const sample = (seconds: number, ended = 0, failed = 0): Sample => ({
  at: ago(seconds),
  running: 2,
  queued: 1,
  ended,
  lastMinute: { completed: ended, failed, cancelled: 0, latencyMs: { p50: 10, p95: 20, p99: 30 } },
});
const idle = { running: 0, queued: 0, paused: 0, providers: [], models: [] };
const figures = (samples: Sample[], engine = idle) =>
  ({
    at: ago(0),
    samples,
    engine,
    lastMinute: { completed: 0, failed: 0, cancelled: 0 },
  }) as unknown as LiveFigures;

describe('the lines of the charts', () => {
  it('fall to nothing where nothing ran, and times have no value there', () => {
    const { times, running, latency } = seriesOf(figures([sample(100), sample(99), sample(50), sample(20)]));
    const seconds = times.map((time) => (NOW - time) / 1000);
    expect(seconds).toEqual([100, 99, 98, 51, 50, 49, 21, 20, 19, 0]);
    expect(running).toEqual([2, 2, 0, 0, 2, 0, 0, 2, 0, 0]);
    expect(latency.p95).toEqual([20, 20, null, null, 20, null, null, 20, null, null]);
  });

  it('begin with the first sample, but show a minute at least and ten at most', () => {
    const from = (samples: Sample[]) => (NOW - spanOf(figures(samples))[0]) / 1000;
    expect([[], [sample(5)], [sample(100)], [sample(601)]].map(from)).toEqual([60, 60, 100, 600]);
    const { times, running } = seriesOf(figures([sample(5)]));
    expect(times.map((time) => (NOW - time) / 1000)).toEqual([60, 6, 5, 4, 0]);
    expect(running).toEqual([0, 0, 2, 0, 0]);
  });

  it('go on to now while something runs', () => {
    const { running } = seriesOf(figures([sample(5)], { ...idle, running: 1 }));
    expect(running.at(-1)).toBe(2);
  });

  it('count executions a second and the share of failures', () => {
    const { rate, errors } = seriesOf(figures([sample(3, 4), sample(2, 6), sample(0, 6, 2)]));
    expect(rate.slice(-3)).toEqual([4, 6, 3]);
    expect(errors.slice(-3)).toEqual([0, 0, 0.25]);
  });

  it('are still where nothing has run', () => {
    expect(seriesOf(figures([])).running).toEqual([0, 0]);
    expect(isMoving(figures([]))).toBe(false);
    expect(isMoving(figures([], { ...idle, queued: 1 }))).toBe(true);
  });

  it('take in what is new and let go what is old', () => {
    const next = joined(figures([sample(700), sample(10)]), figures([sample(1)]));
    expect(next.samples.map(({ at }) => at)).toEqual([ago(10), ago(1)]);
    expect(joined(undefined, figures([sample(1)])).samples).toHaveLength(1);
  });

  it('begin anew where the clock of the host was set back', () => {
    const next = joined(figures([sample(10), sample(-3600)]), figures([sample(10), sample(1)]));
    expect(next.samples.map(({ at }) => at)).toEqual([ago(10), ago(1)]);
  });
});
