import { Progress } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../../app/texts';
import type { RunDetail } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { count, roughly } from '../../lib/format';
import { failuresOf } from './course';
import { runsTexts } from './runs.texts';
import classes from './screen.module.css';
import { useRate } from './useRate';

const words = runsTexts.course;

/** How far a run of many executions is, how fast it goes, and what failed in it. */
export function RunProgress({ detail, steps }: { detail: RunDetail; steps?: ReactNode }) {
  const { run, executions } = detail;
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
            {failuresOf(executions).map(([kind, number]) => (
              <li key={kind}>
                <Chip tone="bad">
                  {count(number)} × {texts.failure[kind]}
                </Chip>
              </li>
            ))}
          </ul>
        )}
        {steps !== undefined && <div className={classes.steps}>{steps}</div>}
      </div>
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
