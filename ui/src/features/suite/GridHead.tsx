import { memo, useMemo } from 'react';
import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
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
  readonly style: { left: number; width: number };
}

/** What a column is, how many of its answers pass, and what all of them come to. */
export const GridHead = memo(function GridHead({ index, name, executions, style }: Props) {
  const figures = useMemo(
    () => figuresOf(executions.filter(({ variant }) => variant === index)),
    [executions, index],
  );
  const { passRate, checked, passed, cost, latencies } = figures;
  const [low, high] = interval(passed, checked);
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
        <span>{duration(percentile(latencies, 0.5))}</span>
        <span>{dollars(amount(cost))}</span>
        {figures.score !== null && <span>{words.score(score(figures.score))}</span>}
      </p>
    </div>
  );
});
