import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { texts } from '../../app/texts';
import type { Execution, RatingVerdict, ReachedThreshold, Run } from '../../bindings/types';
import { count, dollars, duration } from '../../lib/format';
import { figuresOf, histogram, percentile } from './figures';
import { ratingsQuery } from '../rating/queries';
import { ratingTexts } from '../rating/texts';
import { isOver } from '../run/course';
import classes from './grid.module.css';
import { summaryQuery } from './queries';
import { amount, type ColumnName, percent, score } from './show';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;
const BARS = 12;

/** The run in a few figures. */
export function GridSummary(props: {
  run: Run;
  executions: readonly Execution[];
  names: readonly ColumnName[];
}) {
  const { run, executions, names } = props;
  const figures = useMemo(() => figuresOf(executions), [executions]);
  const { passRate, passed, checked, ended, latencies } = figures;
  const { costUsd, total } = run.progress;
  const rulesUsd = Number(run.progress.rulesUsd);
  const part = executions.length < total ? words.part(count(executions.length), count(total)) : null;
  const spent = Number(costUsd);
  const costs = [
    ended === 0 ? null : words.costText(dollars(amount(spent / Math.max(1, run.progress.completed)))),
    rulesUsd > 0 ? words.rulesText(dollars(amount(rulesUsd))) : null,
    run.capUsd == null ? null : words.capText(dollars(run.capUsd)),
  ];
  return (
    <section className={classes.summary} aria-label={words.summary}>
      <Card title={words.passTitle} big={passRate === null ? words.unchecked : percent(passRate)}>
        {checked > 0 && words.passText(count(passed), count(checked))}
        {figures.score !== null && ` · ${words.scoreText(score(figures.score))}`}
        {part !== null && <div>{part}</div>}
        <People run={run} />
      </Card>
      <Card title={words.costTitle} big={dollars(amount(Number(costUsd) + rulesUsd))}>
        {costs.filter((text) => text !== null).join(' · ')}
      </Card>
      <Card
        title={words.latencyTitle}
        big={`${duration(percentile(latencies, 0.5))} · ${duration(percentile(latencies, 0.95))}`}
      >
        <Bars latencies={latencies} />
      </Card>
      <Goals run={run} names={names} />
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
function Bars({ latencies }: { latencies: readonly number[] }) {
  const [least, most] = [latencies[0], latencies.at(-1)];
  if (least === undefined || most === undefined || latencies.length < BARS) return null;
  const counts = histogram(latencies, BARS);
  const highest = Math.max(...counts);
  return (
    <div className={classes.bars} role="img" aria-label={words.latencies(duration(least), duration(most))}>
      {counts.map((number, at) => (
        <i key={at} style={{ height: `${(number / highest) * 100}%` }} />
      ))}
    </div>
  );
}

/** What the run had to reach, which is decided once it has ended. */
function Goals({ run, names }: { run: Run; names: readonly ColumnName[] }) {
  const over = isOver(run);
  const reached = useQuery({ ...summaryQuery(run), enabled: over }).data?.thresholds;
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
