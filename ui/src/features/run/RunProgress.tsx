import { Progress } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../../app/texts';
import type { FailureCount, Run } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { count, roughly } from '../../lib/format';
import { HeldTo } from './HeldTo';
import { runsTexts } from './runs.texts';
import classes from './screen.module.css';
import { useRate } from './useRate';

const words = runsTexts.course;

/** How far a run of many executions is, how fast it goes, and what failed in it. */
export function RunProgress(props: {
  run: Run;
  /** How many executions failed for each reason. */
  failures: readonly FailureCount[];
  steps?: ReactNode;
}) {
  const { run, failures, steps } = props;
  const { total, completed, failed, cancelled, running } = run.progress;
  const ended = completed + failed + cancelled;
  const share = (part: number) => (part / total) * 100;
  return (
    <section className={classes.course} aria-label={words.title}>
      <Progress.Root size={8} aria-hidden>
        <Progress.Section value={share(completed)} color="teal" />
        <Progress.Section value={share(failed)} color="red" />
        <Progress.Section value={share(cancelled)} color="gray" />
      </Progress.Root>
      <div className={classes.told}>
        <dl className={`${classes.figures ?? ''} num`}>
          <Figure name={words.done} value={runsTexts.progress(count(ended), count(total))} />
          <Figure name={words.onWire} value={count(running)} />
          {run.status === 'running' && <Pace ended={ended} total={total} />}
        </dl>
        {failed > 0 && (
          <ul className={classes.failures} aria-label={words.failures}>
            {failures.map((failure) => (
              <li key={failure.class}>
                <Chip tone="bad">
                  {count(failure.count)} × {texts.failure[failure.class]}
                </Chip>
              </li>
            ))}
          </ul>
        )}
        {steps !== undefined && <div className={classes.steps}>{steps}</div>}
      </div>
      <HeldTo run={run} />
    </section>
  );
}

/** How fast it goes; it begins anew when a paused run goes on. */
function Pace({ ended, total }: { ended: number; total: number }) {
  const rate = useRate(ended);
  if (rate === null) return null;
  return (
    <>
      <Figure name={words.rate} value={words.perMinute(count(Math.round(rate * 60)))} />
      {ended < total && (
        <Figure name={words.left} value={words.about(roughly(((total - ended) / rate) * 1000))} />
      )}
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
