import type { LiveFigures } from '../../bindings/types';
import { LineChart } from '../../components/LineChart';
import type { Values } from '../../components/chart';
import { count, duration } from '../../lib/format';
import classes from './health.module.css';
import { seriesOf, spanOf } from './series';
import { healthTexts } from './texts';

const words = healthTexts.charts;

/** What went on within the last ten minutes, as lines. */
export function Charts({ figures }: { figures: LiveFigures }) {
  if (figures.samples.length === 0) {
    return (
      <Section>
        <p className={classes.quiet}>{healthTexts.quiet}</p>
      </Section>
    );
  }
  const { times, running, queued, rate, errors, firstToken, latency } = seriesOf(figures);
  const common = { times, span: spanOf(figures) };
  const percentiles = (of: Record<'p50' | 'p95' | 'p99', Values>) =>
    (['p50', 'p95', 'p99'] as const).map((name) => ({ name, values: of[name] }));
  const load = [
    { name: words.running, values: running },
    { name: words.waiting, values: queued },
  ];
  const ended = [{ name: words.ended, values: rate }];
  const failed = [{ name: words.failed, values: errors }];
  return (
    <Section>
      <div className={classes.charts}>
        <LineChart {...common} title={words.load} lines={load} show={(value) => count(value)} least={5} />
        <LineChart {...common} title={words.rate} lines={ended} show={words.decimal} least={1} />
        <LineChart {...common} title={words.errors} lines={failed} show={words.percent} least={0.1} />
        <LineChart
          {...common}
          title={words.firstToken}
          lines={percentiles(firstToken)}
          show={duration}
          least={100}
        />
        <LineChart
          {...common}
          title={words.latency}
          lines={percentiles(latency)}
          show={duration}
          least={100}
        />
      </div>
    </Section>
  );
}

function Section({ children }: { children: React.ReactNode }) {
  return (
    <section className={classes.section} aria-label={words.title}>
      <h2>{words.title}</h2>
      {children}
    </section>
  );
}
