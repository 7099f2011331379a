import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queries } from '../../app/live';
import { metricsQuery } from '../../app/metrics';
import { texts } from '../../app/texts';
import type { Execution, Feedback, Retry } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { clock } from '../../lib/format';
import { columnsTexts } from './columns.texts';
import { runQuery } from './queries';
import classes from './run.module.css';
import { waitsFor } from './waits';

/** The longest time that a timer can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What is waited for before the first token, and why; after a failed attempt, what had failed. */
export function Waiting({ execution }: { execution: Execution }) {
  const { retry } = execution;
  if (execution.status !== 'pending') {
    return <span className={classes.waiting}>{texts.column.thinking}</span>;
  }
  if (retry == null) return <Reason execution={execution} otherwise={texts.column.waiting} />;
  return (
    <div className={classes.retry}>
      {retry.feedback == null ? <Marked text={retry.failure.message} /> : <Told feedback={retry.feedback} />}
      <span>{nextOf(retry)}</span>
      <Reason execution={execution} otherwise={null} />
    </div>
  );
}

/** What the model is told of its answer, which did not hold. */
function Told({ feedback: { round, reasons } }: { feedback: Feedback }) {
  return (
    <>
      <span>{columnsTexts.retry.unheld(round)}</span>
      <ul className={classes.reasons}>
        {reasons
          .trim()
          .split('\n')
          .map((reason, at) => (
            <li key={at}>
              <Marked text={reason} />
            </li>
          ))}
      </ul>
    </>
  );
}

function nextOf(retry: Retry): string {
  const { model, at } = retry;
  if (retry.feedback != null) return columnsTexts.retry.askedAgain(clock(at));
  return model == null ? columnsTexts.retry.next(clock(at)) : columnsTexts.retry.other(model, clock(at));
}

/** What is in the way of an execution beside those before it. */
function Reason({ execution, otherwise }: { execution: Execution; otherwise: string | null }) {
  const { runId, model, retry } = execution;
  // Whoever shows an execution has its run.
  const run = useQuery({ ...runQuery(runId), enabled: false, select: (detail) => detail.run.status });
  const asked = retry?.model ?? model;
  const { data, dataUpdatedAt } = useQuery(metricsQuery);
  const opensIn = data?.engine.models.find((other) => other.model === asked)?.opensInMs ?? null;
  useEffect(() => {
    // A longer time is no time for a timer, which would be over at once.
    if (opensIn === null || opensIn > LONGEST_TIMER_MS) return;
    const timer = setTimeout(() => void queries.invalidateQueries(metricsQuery), opensIn);
    return () => clearTimeout(timer);
  }, [opensIn, dataUpdatedAt]);
  const reason =
    run.data === 'paused'
      ? columnsTexts.waits.paused
      : data === undefined
        ? null
        : waitsFor(asked, data.engine, dataUpdatedAt);
  const said = reason ?? otherwise;
  return said === null ? null : <span className={classes.waiting}>{said}</span>;
}
