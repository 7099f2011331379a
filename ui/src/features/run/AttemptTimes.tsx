import type { Attempt } from '../../bindings/types';
import { duration } from '../../lib/format';
import classes from './details.module.css';
import { runsTexts } from './runs.texts';

const words = runsTexts.details;

/** How the time of an attempt was spent: until the first text came, and while it came. */
export function AttemptTimes({ attempt }: { attempt: Attempt }) {
  const { firstTokenMs, latencyMs } = attempt.metrics;
  if (latencyMs === null || latencyMs <= 0) return null;
  const waited = Math.min(firstTokenMs ?? latencyMs, latencyMs);
  const streamed = latencyMs - waited;
  const share = (part: number) => ({ flexGrow: part / latencyMs });
  return (
    <figure className={classes.times}>
      <div className={classes.spans} aria-hidden>
        <span className={classes.waiting} style={share(waited)} />
        {streamed > 0 && <span className={classes.streaming} style={share(streamed)} />}
      </div>
      <figcaption>
        {firstTokenMs === null
          ? words.noText(duration(latencyMs))
          : words.spans(duration(waited), duration(streamed))}
      </figcaption>
    </figure>
  );
}
