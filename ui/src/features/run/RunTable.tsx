import { Link, useNavigate } from '@tanstack/react-router';
import { Chip } from '../../components/Chip';
import type { Run } from '../../bindings/types';
import { dollars, duration, moment } from '../../lib/format';
import classes from './runs.module.css';
import { originOf } from './origin.texts';
import { runsTexts } from './runs.texts';
import { modelsOf, outcome, totalTime, versionsOf } from './summary';

const MOST_MODELS = 3;

/** The runs of one prompt, as rows that open them. */
export function RunTable({ runs }: { runs: Run[] }) {
  const { columns } = runsTexts;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{columns.version}</th>
          <th scope="col">{columns.models}</th>
          <th scope="col">{columns.status}</th>
          <th scope="col" className={classes.figure}>
            {columns.cost}
          </th>
          <th scope="col" className={classes.figure}>
            {columns.time}
          </th>
          <th scope="col" className={classes.figure}>
            {columns.when}
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ run }: { run: Run }) {
  const navigate = useNavigate();
  const place = { to: '/runs/$id', params: { id: run.id } } as const;
  const { text, tone } = outcome(run);
  // The whole row opens the run by mouse; its link does so by keyboard, and in a new tab.
  const open = (event: React.MouseEvent) => {
    if ((event.target as Element).closest('a') === null) void navigate(place);
  };
  return (
    <tr onClick={open}>
      <td>
        <Link {...place} className={classes.name}>
          {versionsOf(run).join(', ')}
        </Link>
      </td>
      <td className={classes.models}>
        <Models run={run} />
      </td>
      <td>
        <Chip tone={tone}>{text}</Chip>
        <span className={classes.quiet}> {originOf(run)}</span>
      </td>
      <td className={classes.figure}>{dollars(run.progress.costUsd)}</td>
      <td className={classes.figure}>{duration(totalTime(run))}</td>
      <td className={classes.figure}>
        <time dateTime={run.createdAt}>{moment(run.createdAt)}</time>
      </td>
    </tr>
  );
}

function Models({ run }: { run: Run }) {
  const models = modelsOf(run);
  const rest = models.length - MOST_MODELS;
  return (
    <>
      <span title={models.join('\n')}>{models.slice(0, MOST_MODELS).join(', ')}</span>
      {rest > 0 && <span className={classes.quiet}> {runsTexts.more(rest)}</span>}
      {run.repeats > 1 && <span className={classes.quiet}> · {runsTexts.repeats(run.repeats)}</span>}
    </>
  );
}
