import { Link } from '@tanstack/react-router';
import type { HealthPart, LiveFigures } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Marked } from '../../components/Notice';
import { count, duration } from '../../lib/format';
import classes from './health.module.css';
import { healthTexts } from './texts';

const words = healthTexts.providers;

/** Each provider: whether it can be called, and how its calls went within the last minute. */
export function ProviderParts({ parts, figures }: { parts: HealthPart[]; figures: LiveFigures }) {
  const { columns } = words;
  return (
    <section className={classes.section}>
      <h2>{words.title}</h2>
      <div className={classes.tableBox} tabIndex={0} role="region" aria-label={words.title}>
        <table className={classes.table}>
          <thead>
            <tr>
              {Object.values(columns).map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <Row key={part.name} part={part} figures={figures} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ part: { name, status, message }, figures }: { part: HealthPart; figures: LiveFigures }) {
  const recent = figures.engine.providers.find((load) => load.name === name)?.recent;
  const times = [recent?.firstTokenMsP50, recent?.firstTokenMsP95];
  return (
    <tr>
      <th scope="row">
        <Link to="/settings/providers">{name}</Link>
      </th>
      <td className={classes.message}>
        {status === 'ok' ? <Chip tone="good">{words.ready}</Chip> : <Marked text={message} />}
      </td>
      <td className={classes.figure}>{count(recent?.calls ?? 0)}</td>
      <td className={classes.figure}>{count(recent?.failures ?? 0)}</td>
      <td className={classes.figure}>{times.map((time) => duration(time)).join(' · ')}</td>
    </tr>
  );
}
