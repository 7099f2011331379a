import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { CellFigures, Run, Suite } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Notice, Problem } from '../../components/Notice';
import { count, dollars, duration, moment } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { isOver } from '../run/course';
import table from '../run/runs.module.css';
import { originOf } from '../run/origin.texts';
import { outcome, totalTime } from '../run/summary';
import { setBaseline } from './baseline';
import { passRateOf } from './figures';
import { suiteRunsQuery, summaryQuery } from './queries';
import { RunChart } from './RunChart';
import { amount, percent, score } from './show';
import classes from './suite.module.css';
import { suiteTexts } from './texts';

const words = suiteTexts.runs;

/** The runs of a suite, newest first, with what they came to, and how that went over time. */
export function SuiteRuns({ suite }: { suite: Suite }) {
  const runs = useQuery(suiteRunsQuery(suite.id));
  const figures = useQueries({
    queries: (runs.data ?? []).map(summaryQuery),
    combine: (found) => found.map(({ data }) => data?.cells),
  });
  if (runs.isError) return <Problem error={runs.error} onRetry={() => void runs.refetch()} />;
  if (runs.data === undefined) return <Skeleton height={240} />;
  if (runs.data.length === 0) return <Notice {...words.none} />;
  return (
    <>
      {runs.data.length > 1 && <Charts runs={runs.data} figures={figures} baseline={suite.baseline} />}
      <table className={table.table} aria-label={words.table}>
        <thead>
          <tr>
            <th scope="col">{words.columns.when}</th>
            <th scope="col">{words.columns.status}</th>
            {(['cases', 'pass', 'score', 'cost', 'latency', 'time'] as const).map((column) => (
              <th key={column} scope="col" className={table.figure}>
                {words.columns[column]}
              </th>
            ))}
            <th scope="col">
              <VisuallyHidden>{words.columns.baseline}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.data.map((run, at) => (
            <Row key={run.id} run={run} known={figures[at]} suite={suite} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ run, known, suite }: { run: Run; known: CellFigures | undefined; suite: Suite }) {
  const navigate = useNavigate();
  const place = { to: '/runs/$id', params: { id: run.id } } as const;
  const { text, tone } = outcome(run);
  const isBaseline = suite.baseline === run.id;
  const when = moment(run.createdAt);
  // The whole row opens the run by mouse; its link does so by keyboard, and in a new tab.
  const open = (event: React.MouseEvent) => {
    if ((event.target as Element).closest('a, button') === null) void navigate(place);
  };
  return (
    <tr onClick={open}>
      <td>
        <Link {...place} className={table.name}>
          <time dateTime={run.createdAt}>{when}</time>
        </Link>
      </td>
      <td>
        <Chip tone={tone}>{text}</Chip>
        <span className={table.quiet}> {originOf(run)}</span>
      </td>
      <td className={table.figure}>{count(run.suite?.cases)}</td>
      <td className={table.figure}>{percent(known === undefined ? null : passRateOf(known))}</td>
      <td className={table.figure}>{score(known?.score)}</td>
      <td className={table.figure}>{dollars(run.progress.costUsd)}</td>
      <td className={table.figure}>{duration(known?.latency?.p50Ms ?? null)}</td>
      <td className={table.figure}>{duration(totalTime(run))}</td>
      <td className={table.figure}>
        {isBaseline ? (
          <Chip tone="accent">{suiteTexts.baseline}</Chip>
        ) : (
          isOver(run) && (
            <Button
              size="compact-xs"
              variant="subtle"
              aria-label={words.setBaseline(when)}
              onClick={() => void setBaseline(suite, run.id).catch(notifyError)}
            >
              {words.set}
            </Button>
          )
        )}
      </td>
    </tr>
  );
}

function Charts(props: {
  runs: readonly Run[];
  figures: readonly (CellFigures | undefined)[];
  baseline: string | null;
}) {
  const { runs, figures, baseline } = props;
  const over = (valueOf: (run: Run, known: CellFigures | undefined) => number | null) =>
    runs
      .map((run, at) => ({
        at: run.createdAt,
        value: valueOf(run, figures[at]),
        isBaseline: run.id === baseline,
      }))
      .toReversed();
  return (
    <section className={classes.charts} aria-label={words.charts}>
      <RunChart
        title={words.pass}
        values={over((_, known) => (known === undefined ? null : passRateOf(known)))}
        show={percent}
        most={1}
      />
      <RunChart title={words.score} values={over((_, known) => known?.score ?? null)} show={score} most={1} />
      <RunChart
        title={words.cost}
        values={over(({ progress }) => Number(progress.costUsd))}
        show={(value) => dollars(amount(value))}
      />
      <RunChart
        title={words.latency}
        values={over((_, known) => known?.latency?.p50Ms ?? null)}
        show={duration}
      />
    </section>
  );
}
