import { useQuery } from '@tanstack/react-query';
import { texts } from '../../app/texts';
import { Chip } from '../../components/Chip';
import type { Attempt } from '../../bindings/types';
import { dollars, duration, rate } from '../../lib/format';
import { perMillion } from '../provider/price';
import classes from './details.module.css';
import { AttemptTimes } from './AttemptTimes';
import { Fact, Facts } from './Facts';
import { runsTexts } from './runs.texts';
import { headersOf } from './log';
import { exactMoment } from './moment';
import { ReplayedFact } from './Origin';
import { FailureBox } from './FailureBox';
import { executionLogQuery } from './queries';
import { tokenList, type Tone } from './summary';

const TONES: Record<Attempt['status'], Tone> = {
  running: 'accent',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'warn',
  interrupted: 'warn',
};

const words = runsTexts.details;

/** What the provider said of itself beside its answer, such as its limits. */
function Headers({ attempt }: { attempt: Attempt }) {
  const log = useQuery(executionLogQuery(attempt.executionId));
  const headers = headersOf(log.data?.entries ?? [], attempt.number);
  if (headers.length === 0) return null;
  return (
    <details className={classes.headers}>
      <summary>{words.headers}</summary>
      <Facts>
        {headers.map(([name, value]) => (
          <Fact key={name} name={name} value={value} isMono />
        ))}
      </Facts>
    </details>
  );
}

/** One try on the wire. */
export function AttemptFacts({ attempt }: { attempt: Attempt }) {
  const { metrics, price } = attempt;
  const ended = attempt.completedAt === null ? texts.none : exactMoment(attempt.completedAt);
  return (
    <div className={classes.attempt}>
      <div className={classes.head}>
        <b>{words.attempt(attempt.number)}</b>
        <Chip tone={TONES[attempt.status]}>{words.attemptStatus[attempt.status]}</Chip>
      </div>
      <AttemptTimes attempt={attempt} />
      <Facts>
        <Fact name={words.model} value={attempt.model} isMono />
        <Fact name={words.time} value={`${exactMoment(attempt.startedAt)} – ${ended}`} />
        <Fact name={words.httpStatus} value={String(attempt.httpStatus ?? texts.none)} />
        <Fact name={words.firstToken} value={duration(metrics.firstTokenMs)} />
        <Fact name={words.latency} value={duration(metrics.latencyMs)} />
        <Fact name={words.rate} value={rate(metrics.tokensPerSecond)} />
        <Fact
          name={words.tokens}
          value={metrics.tokenUsage === null ? texts.unknown : tokenList(metrics.tokenUsage)}
        />
        <Fact name={words.cost} value={`${dollars(metrics.costUsd)}, ${words.basis[metrics.basis]}`} />
        <ReplayedFact metrics={metrics} />
        {price !== null && (
          <Fact name={words.price} value={words.priceOf(perMillion(price.input), perMillion(price.output))} />
        )}
        {attempt.requestId !== null && (
          <Fact name={words.requestId} value={attempt.requestId} isMono copy={attempt.requestId} />
        )}
        {attempt.requestHash !== null && (
          <Fact name={words.requestHash} value={attempt.requestHash} isMono copy={attempt.requestHash} />
        )}
      </Facts>
      <Headers attempt={attempt} />
      {attempt.failure !== null && <FailureBox failure={attempt.failure} />}
    </div>
  );
}
