import type { LiveFigures, Sample } from '../../bindings/types';
import type { Values } from '../../components/chart';

/** How far back the charts go, in milliseconds: as far as the host keeps samples. */
const STRETCH_MS = 600_000;
/** A chart shows no less than this, in milliseconds. */
const LEAST_MS = 60_000;
/** Samples are a second apart. With more between them, nothing ran. */
const REST_MS = 3_000;

/** What is known, with what is new; only that where the clock of the host was set back. */
export function joined(known: LiveFigures | undefined, next: LiveFigures): LiveFigures {
  const from = Date.parse(next.at) - STRETCH_MS;
  const before = known?.samples ?? [];
  const wasSetBack = Date.parse(before.at(-1)?.at ?? next.at) > Date.parse(next.at);
  const samples = wasSetBack ? next.samples : [...before, ...next.samples];
  return { ...next, samples: samples.filter(({ at }) => Date.parse(at) >= from) };
}

/** Whether all is not still: something runs or waits, or has ended within the last minute. */
export function isMoving({ engine, lastMinute }: LiveFigures): boolean {
  const { completed, failed, cancelled } = lastMinute;
  return engine.running + engine.queued + completed + failed + cancelled > 0;
}

/** The samples as lines over time, all over the same moments. */
export interface Series {
  readonly times: readonly number[];
  readonly running: Values;
  readonly queued: Values;
  /** Executions a second. */
  readonly rate: Values;
  /** The share of failures within the minute before, from 0 to 1. */
  readonly errors: Values;
  readonly firstToken: Record<'p50' | 'p95' | 'p99', Values>;
  readonly latency: Record<'p50' | 'p95' | 'p99', Values>;
}

/** The share of those that failed; `null` where none ended by itself. */
export function errorRate({ completed, failed }: { completed: number; failed: number }): number | null {
  return completed + failed === 0 ? null : failed / (completed + failed);
}

/** The moments from which and to which the charts go: from the first sample on, but no less than a minute. */
export function spanOf({ samples, at }: Pick<LiveFigures, 'samples' | 'at'>): readonly [number, number] {
  const now = Date.parse(at);
  const first = Date.parse(samples[0]?.at ?? at);
  return [Math.max(now - STRETCH_MS, Math.min(now - LEAST_MS, first)), now];
}

/** The lines of the charts. Where nothing ran, nothing runs and nothing waits. */
export function seriesOf(figures: Pick<LiveFigures, 'samples' | 'at' | 'engine'>): Series {
  const points = withRests(figures);
  const line = (value: (point: Point) => number | null | undefined): Values =>
    points.map((point) => value(point) ?? null);
  const percentiles = (of: 'firstTokenMs' | 'latencyMs') => ({
    p50: line(({ sample }) => sample?.lastMinute[of]?.p50),
    p95: line(({ sample }) => sample?.lastMinute[of]?.p95),
    p99: line(({ sample }) => sample?.lastMinute[of]?.p99),
  });
  return {
    times: points.map(({ time }) => time),
    running: line(({ running }) => running),
    queued: line(({ queued }) => queued),
    rate: line(({ rate }) => rate),
    errors: line(({ sample }) => (sample === null ? null : errorRate(sample.lastMinute))),
    firstToken: percentiles('firstTokenMs'),
    latency: percentiles('latencyMs'),
  };
}

interface Point {
  readonly time: number;
  readonly running: number;
  readonly queued: number;
  readonly rate: number;
  /** `null` where there is no sample, because nothing ran. */
  readonly sample: Sample | null;
}

function withRests({ samples, at, engine }: Pick<LiveFigures, 'samples' | 'at' | 'engine'>): Point[] {
  const points: Point[] = [];
  const [from, now] = spanOf({ samples, at });
  const rest = (time: number) => points.push({ time, running: 0, queued: 0, rate: 0, sample: null });
  let before = from;
  for (const sample of samples) {
    const time = Date.parse(sample.at);
    const hasRested = time - before > REST_MS;
    if (hasRested) {
      rest(before + (points.length === 0 ? 0 : 1000));
      rest(time - 1000);
    }
    const { running, queued, ended } = sample;
    const seconds = hasRested ? 1 : Math.max(1, (time - before) / 1000);
    points.push({ time, running, queued, rate: ended / seconds, sample });
    before = time;
  }
  if (now - before > REST_MS && engine.running + engine.queued === 0) {
    rest(before + (points.length === 0 ? 0 : 1000));
    rest(now);
  }
  return points;
}
