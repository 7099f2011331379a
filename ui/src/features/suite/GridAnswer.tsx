import { memo } from 'react';
import { texts } from '../../app/texts';
import type { Execution, Rating } from '../../bindings/types';
import { dollars, duration } from '../../lib/format';
import { RatingMark } from '../rating/RatingMark';
import { brokenRules, type CellVerdict, shownOf, verdictOf } from './figures';
import classes from './grid.module.css';
import { type Height, LINES } from './heights';
import { score } from './show';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;

const SIGNS: Record<CellVerdict, string> = {
  pass: '✓',
  fail: '✕',
  failed: '✕',
  cancelled: '–',
  unchecked: '·',
  waiting: '…',
};

interface Props {
  readonly repeats: readonly Execution[];
  readonly repeat: number | null;
  readonly height: Height;
  readonly isPicked: boolean;
  /** What people say of the answers of the row. */
  readonly ratings: readonly Rating[];
  /** Whether the run was ended once it was decided: then what was cancelled before it began was left out. */
  readonly wasStopped: boolean;
}

/** An answer with its verdict, its time and its cost. */
export const GridAnswer = memo(function GridAnswer(props: Props) {
  const { repeats, repeat, height, isPicked, ratings, wasStopped } = props;
  const execution = shownOf(repeats, repeat);
  if (execution === undefined) return null;
  const verdict = verdictOf(execution);
  const { metrics, failure, preview } = execution;
  const text = failure === null ? preview : texts.failure[failure.class];
  return (
    <div className={classes.answer} data-height={height} data-verdict={verdict} data-picked={isPicked}>
      <p className={classes.verdict}>
        <span aria-hidden>{SIGNS[verdict]}</span> <b>{verdictText(execution, verdict, wasStopped)}</b>
        <RatingMark ratings={ratings} executions={repeats} />
        {repeat === null && repeats.length > 1 && (
          <span className={`${classes.quiet ?? ''} num`}> {passedText(repeats)}</span>
        )}
      </p>
      <p className={classes.text} style={{ WebkitLineClamp: LINES[height] }}>
        {text}
      </p>
      <p className={`${classes.meta ?? ''} num`}>
        {metrics.latencyMs !== null && <span>{duration(metrics.latencyMs)}</span>}
        {metrics.costUsd !== null && <span>{dollars(metrics.costUsd)}</span>}
        {execution.score != null && height !== 'low' && <span>{words.score(score(execution.score))}</span>}
      </p>
    </div>
  );
});

function verdictText(execution: Execution, verdict: CellVerdict, wasStopped: boolean): string {
  switch (verdict) {
    case 'fail':
      return brokenRules(execution).join(', ') || words.verdict.fail;
    case 'pass':
      return words.verdict.pass;
    case 'unchecked':
      return words.verdict.none;
    case 'cancelled':
      if (wasStopped && execution.startedAt === null) return words.leftOut;
      return texts.executionStatus.cancelled;
    case 'waiting':
      return execution.status === 'completed' ? words.verdict.open : texts.executionStatus[execution.status];
    case 'failed':
      return texts.executionStatus[execution.status];
  }
}

function passedText(repeats: readonly Execution[]): string {
  const passed = repeats.filter((execution) => verdictOf(execution) === 'pass').length;
  return words.passed(passed, repeats.length);
}
