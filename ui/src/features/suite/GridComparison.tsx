import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ColumnComparison, Run, Standing } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Problem } from '../../components/Notice';
import { count } from '../../lib/format';
import type { Tone } from '../run/summary';
import classes from './grid.module.css';
import { comparisonQuery } from './queries';
import { type ColumnName, percent } from './show';
import { suiteTexts } from './texts';

const words = suiteTexts.comparison;

const TONES: Record<Standing, Tone> = {
  better: 'good',
  worse: 'bad',
  unclear: 'plain',
  tooFew: 'plain',
  same: 'plain',
  noCases: 'plain',
};

/** Up to so many columns are told of at once; of more the reader asks. */
const FEW = 2;

/** What became better or worse since the baseline, column by column, and how sure that is. */
export function GridComparison({ run, names }: { run: Run; names: readonly ColumnName[] }) {
  const comparison = useQuery(comparisonQuery(run));
  if (comparison.isError)
    return <Problem error={comparison.error} onRetry={() => void comparison.refetch()} />;
  if (comparison.data === undefined) return null;
  const { baseline, columns, regressed, improved, stopped } = comparison.data;
  return (
    <section className={classes.comparison} aria-label={words.title}>
      <details open={columns.length <= FEW}>
        <summary>
          <b>{words.title}</b>{' '}
          <span className={classes.quiet}>{words.totals(count(regressed), count(improved))}</span>
        </summary>
        {stopped != null && (
          <p>
            {words.stopped(
              count(stopped.cases),
              count(run.suite?.cases ?? stopped.cases),
              words.atMost(percent(stopped.alpha)),
            )}
          </p>
        )}
        <ul>
          {columns.map((column) => (
            <Line key={column.variant} column={column} name={names[column.variant]?.whole ?? ''} />
          ))}
        </ul>
        <Link to="/runs/$id" params={{ id: baseline }}>
          {words.open}
        </Link>
      </details>
    </section>
  );
}

function Line({ column: { comparison }, name }: { column: ColumnComparison; name: string }) {
  const { standing, base, column, passes } = comparison;
  const range = passes === null ? null : passes.interval;
  return (
    <li>
      <Chip tone={TONES[standing]}>{words.standings[standing]}</Chip> <b>{name}</b> {comparison.words}
      <span className={`${classes.quiet ?? ''} num`}>
        {words.passes(percent(base.passRate), percent(column.passRate))}
        {range !== null && words.range(percent(range.low), percent(range.high))}
      </span>
    </li>
  );
}
