import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Chip } from '../../components/Chip';
import { Problem } from '../../components/Notice';
import type { LogEntry, LogLevel } from '../../bindings/types';
import classes from './log.module.css';
import { metadataList } from './log';
import { clockTime, exactMoment } from './moment';
import { executionLogQuery } from './queries';
import { runsTexts } from './runs.texts';
import type { Tone } from './summary';

const TONES: Record<LogLevel, Tone> = { debug: 'plain', info: 'accent', warn: 'warn', error: 'bad' };

const words = runsTexts.details;

/** What happened on the way of an execution, step by step. */
export function ExecutionLog({ executionId }: { executionId: string }) {
  const log = useQuery(executionLogQuery(executionId));
  if (log.isError) return <Problem error={log.error} onRetry={() => void log.refetch()} />;
  if (log.data === undefined) return <Skeleton height={120} />;
  return (
    <ol className={`${classes.log ?? ''} num`} aria-label={words.log}>
      {log.data.entries.map((entry, at) => (
        <Step key={at} entry={entry} />
      ))}
    </ol>
  );
}

function Step({ entry }: { entry: LogEntry }) {
  const facts = metadataList(entry);
  return (
    <li>
      <time dateTime={entry.at} title={exactMoment(entry.at)}>
        {clockTime(entry.at)}
      </time>
      <span className={classes.level}>
        <Chip tone={TONES[entry.level]}>{words.levels[entry.level]}</Chip>
      </span>
      <div className={classes.step}>
        <span>{entry.message}</span>
        {entry.attempt !== null && <span className={classes.attempt}>{words.attempt(entry.attempt)}</span>}
        {facts.length > 0 && (
          <div className={classes.metadata}>
            {facts.map(([name, value]) => (
              <span key={name}>
                {name} <b className="mono">{value}</b>
              </span>
            ))}
          </div>
        )}
      </div>
    </li>
  );
}
