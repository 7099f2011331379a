import { memo } from 'react';
import { texts } from '../../app/texts';
import type { CellFigures } from '../../bindings/types';
import { dollars, duration } from '../../lib/format';
import { interval, passRateOf } from './figures';
import classes from './grid.module.css';
import { type ColumnName, percent, score } from './show';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;

interface Props {
  readonly index: number;
  readonly name: ColumnName;
  /** What its cells came to so far. */
  readonly figures: CellFigures | undefined;
  /** The means of its named metrics so far. */
  readonly metrics: Readonly<Record<string, number>> | undefined;
  readonly style: { left: number; width: number };
}

/** What a column is, how many of its answers pass, and what all of them come to. */
export const GridHead = memo(function GridHead({ index, name, figures, metrics, style }: Props) {
  const passRate = figures === undefined ? null : passRateOf(figures);
  const [low, high] = interval(figures?.passed ?? 0, figures?.checked ?? 0);
  const means = Object.entries(metrics ?? {}).map(([metric, mean]) => `${metric} ${score(mean)}`);
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      className={classes.column}
      style={style}
      title={[name.whole, ...means].join('\n')}
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
        <span>{duration(figures?.latency?.p50Ms ?? null)}</span>
        <span>{figures === undefined ? texts.none : dollars(figures.costUsd)}</span>
        {figures?.score != null && <span>{words.score(score(figures.score))}</span>}
        {means.length > 0 && <span className={classes.means}>{means.join(', ')}</span>}
      </p>
    </div>
  );
});
