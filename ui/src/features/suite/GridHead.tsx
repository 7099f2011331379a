import { memo, useMemo } from 'react';
import { texts } from '../../app/texts';
import type { ColumnSummary, Execution } from '../../bindings/types';
import { dollars, duration } from '../../lib/format';
import { figuresOf, interval, percentile } from './figures';
import classes from './grid.module.css';
import { amount, type ColumnName, percent, score } from './show';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;

interface Props {
  readonly index: number;
  readonly name: ColumnName;
  readonly executions: readonly Execution[];
  /** What the host says of the column, where not all of its executions are known here. */
  readonly summary: ColumnSummary | null;
  readonly style: { left: number; width: number };
}

/** What a column is, how many of its answers pass, and what all of them come to. */
export const GridHead = memo(function GridHead({ index, name, executions, summary, style }: Props) {
  const figures = useMemo(
    () =>
      headOf(
        summary,
        executions.filter(({ variant }) => variant === index),
      ),
    [executions, summary, index],
  );
  const {
    passRate,
    interval: [low, high],
    latency,
    cost,
  } = figures;
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      className={classes.column}
      style={style}
      title={name.whole}
    >
      <p className={classes.columnName}>
        <b>
          {[name.prompt, name.version].filter((part) => part !== null).join(' ')} · {name.model}
        </b>
        {name.parameters !== '' && <small> {name.parameters}</small>}
      </p>
      <p className={`${classes.meta ?? ''} num`}>
        <span className={classes.rate}>
          {passRate === null ? texts.none : percent(passRate)}
          {passRate !== null && (
            <span className={classes.track} aria-hidden>
              <i style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }} />
              <u style={{ left: `${passRate * 100}%` }} />
            </span>
          )}
        </span>
        <span>{latency}</span>
        <span>{cost}</span>
        {figures.score !== null && <span>{words.score(score(figures.score))}</span>}
      </p>
    </div>
  );
});

interface Head {
  readonly passRate: number | null;
  readonly interval: readonly [low: number, high: number];
  readonly score: number | null;
  /** The median in words, or what the host knows: the mean. */
  readonly latency: string;
  /** Of all executions in words, or what the host knows: of one. */
  readonly cost: string;
}

function headOf(summary: ColumnSummary | null, executions: readonly Execution[]): Head {
  if (summary !== null) {
    const { passRate, passInterval, meanScore, meanCostUsd, meanLatencyMs } = summary;
    const { low, high } = passInterval;
    return {
      passRate,
      interval: [low, high],
      score: meanScore,
      latency: words.mean(duration(meanLatencyMs)),
      cost: words.costText(dollars(meanCostUsd)),
    };
  }
  const { passRate, passed, checked, score, latencies, cost } = figuresOf(executions);
  return {
    passRate,
    interval: interval(passed, checked),
    score,
    latency: duration(percentile(latencies, 0.5)),
    cost: dollars(amount(cost)),
  };
}
