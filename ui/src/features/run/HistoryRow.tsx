import { Link, useNavigate } from '@tanstack/react-router';
import { Chip } from '../../components/Chip';
import type { Match, Run } from '../../bindings/types';
import { dollars, duration, moment } from '../../lib/format';
import classes from './history.module.css';
import { originOf } from './origin.texts';
import { runsTexts } from './runs.texts';
import { Snippet } from './Snippet';
import { modelsOf, outcome, totalTime, versionsOf } from './summary';

/** A run of the history, on one line; below it where it has what was searched for. */
export function HistoryRow({
  run,
  index,
  height,
  isCurrent,
  match,
}: {
  run: Run;
  index: number;
  height: number;
  isCurrent: boolean;
  /** Where it has the words; `null` where none were searched for. */
  match: Match | null | undefined;
}) {
  const navigate = useNavigate();
  const place = { to: '/runs/$id', params: { id: run.id } } as const;
  const { text, tone } = outcome(run);
  const models = modelsOf(run);
  const repeats = run.repeats > 1 ? ` · ${runsTexts.repeats(run.repeats)}` : '';
  // The whole row opens the run by mouse; its link does so by keyboard, and in a new tab.
  const open = (event: React.MouseEvent) => {
    if ((event.target as Element).closest('a') === null) void navigate(place);
  };
  return (
    <tr onClick={open} data-index={index} aria-rowindex={index + 2} style={{ height }}>
      <td className={classes.prompt}>
        <Link {...place} className={classes.name} data-index={index} tabIndex={isCurrent ? 0 : -1}>
          {run.promptName}
        </Link>
        {match !== null && (
          <div className={classes.match}>
            <Snippet match={match} />
          </div>
        )}
      </td>
      <td>{versionsOf(run).join(', ')}</td>
      <td title={models.join('\n')}>
        {models.join(', ')}
        <span className={classes.quiet}>{repeats}</span>
      </td>
      <td>
        <Chip tone={tone}>{text}</Chip>
        <span className={classes.quiet}> {originOf(run)}</span>
      </td>
      <td className={classes.cost}>{dollars(run.progress.costUsd)}</td>
      <td className={classes.time}>{duration(totalTime(run))}</td>
      <td className={classes.when}>
        <time dateTime={run.createdAt}>{moment(run.createdAt)}</time>
      </td>
    </tr>
  );
}
