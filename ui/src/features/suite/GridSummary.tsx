import type { ReactNode } from 'react';
import { texts } from '../../app/texts';
import { useQuery } from '@tanstack/react-query';
import type {
  CellFigures,
  LatencyFigures,
  RatingVerdict,
  ReachedThreshold,
  Run,
  RunSummary,
} from '../../bindings/types';
import { count, dollars, duration } from '../../lib/format';
import { ratingsQuery } from '../rating/queries';
import { ratingTexts } from '../rating/texts';
import { isOver } from '../run/course';
import { passRateOf } from './figures';
import classes from './grid.module.css';
import { amount, type ColumnName, percent, score } from './show';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;

/** The run in a few figures. */
export function GridSummary(props: {
  run: Run;
  /** What came of it so far; nothing until that is known. */
  summary: RunSummary | undefined;
  names: readonly ColumnName[];
}) {
  const { run, summary, names } = props;
  const cells = summary?.cells;
  const { costUsd } = run.progress;
  const rulesUsd = Number(run.progress.rulesUsd);
  const costs = [
    cells === undefined || cells.ended === 0
      ? null
      : words.costText(dollars(amount(Number(costUsd) / Math.max(1, run.progress.completed)))),
    rulesUsd > 0 ? words.rulesText(dollars(amount(rulesUsd))) : null,
    run.capUsd == null ? null : words.capText(dollars(run.capUsd)),
  ];
  return (
    <section className={classes.summary} aria-label={words.summary}>
      <Card title={words.passTitle} big={cells === undefined ? texts.none : passed(cells)}>
        {cells !== undefined &&
          cells.checked > 0 &&
          words.passText(count(cells.passed), count(cells.checked))}
        {cells?.score != null && ` · ${words.scoreText(score(cells.score))}`}
        <People run={run} />
      </Card>
      <Card title={words.costTitle} big={dollars(amount(Number(costUsd) + rulesUsd))}>
        {costs.filter((text) => text !== null).join(' · ')}
      </Card>
      <Card
        title={words.latencyTitle}
        big={`${duration(cells?.latency?.p50Ms ?? null)} · ${duration(cells?.latency?.p95Ms ?? null)}`}
      >
        {cells?.latency != null && <Bars latency={cells.latency} />}
      </Card>
      <Goals run={run} reached={isOver(run) ? summary?.thresholds : undefined} names={names} />
    </section>
  );
}

/** What people say of the answers, apart from what rules say. */
function People({ run }: { run: Run }) {
  const known = useQuery(ratingsQuery(run.id)).data;
  if (known === undefined || known.ratings.length === 0) return null;
  const of = (wanted: RatingVerdict) => known.ratings.filter(({ verdict }) => verdict === wanted).length;
  const said = ratingTexts.summary(count(of('pass')), count(of('fail')), count(known.ratings.length));
  return (
    <div>
      {ratingTexts.summaryTitle}: {said}
    </div>
  );
}

function passed(cells: CellFigures): string {
  const rate = passRateOf(cells);
  return rate === null ? words.unchecked : percent(rate);
}

function Card({ title, big, children }: { title: string; big: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.card}>
      <h2>{title}</h2>
      <p className={`${classes.big ?? ''} num`}>{big}</p>
      <div className={`${classes.why ?? ''} num`}>{children}</div>
    </div>
  );
}

/** How many answers took how long. */
function Bars({ latency: { leastMs, mostMs, parts } }: { latency: LatencyFigures }) {
  if (parts.reduce((sum, number) => sum + number, 0) < parts.length) return null;
  const highest = Math.max(...parts);
  return (
    <div
      className={classes.bars}
      role="img"
      aria-label={words.latencies(duration(leastMs), duration(mostMs))}
    >
      {parts.map((number, at) => (
        <i key={at} style={{ height: `${(number / highest) * 100}%` }} />
      ))}
    </div>
  );
}

/** What the run had to reach, which is decided once it has ended. */
function Goals(props: {
  run: Run;
  reached: readonly ReachedThreshold[] | undefined;
  names: readonly ColumnName[];
}) {
  const { run, reached, names } = props;
  const over = isOver(run);
  const { metrics = {}, ...set } = run.suite?.thresholds ?? {};
  const hasNone = [...Object.values(set), ...Object.values(metrics)].every((limit) => limit == null);
  if (hasNone) {
    return (
      <Card title={words.thresholdsTitle} big={words.noThresholds}>
        {words.noThresholdsText}
      </Card>
    );
  }
  if (reached === undefined) {
    return (
      <Card title={words.thresholdsTitle} big={texts.none}>
        {!over && words.thresholdsLater}
      </Card>
    );
  }
  const holds = reached.every((goal) => goal.reached);
  const tone = holds ? classes.good : classes.bad;
  return (
    <Card
      title={words.thresholdsTitle}
      big={<span className={tone}>{holds ? words.reached : words.missed}</span>}
    >
      {reached.map((goal) => (
        <div key={goal.name}>
          {goalText(goal)}
          {goal.column !== null && names.length > 1 && words.inColumn(names[goal.column]?.whole ?? '')}
        </div>
      ))}
    </Card>
  );
}

function goalText({ name, value, limit }: ReachedThreshold): string {
  switch (name) {
    case 'passRate':
      return words.least(words.passTitle, percent(value), percent(limit));
    case 'score':
      return words.least(suiteTexts.sorts.score, score(value), score(limit));
    case 'costUsd':
      return words.most(words.costTitle, dollars(amount(value)), dollars(amount(limit)));
    default:
      return words.least(name, score(value), score(limit));
  }
}
