import { Link } from '@tanstack/react-router';
import type { HealthPart, LiveFigures } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Marked } from '../../components/Notice';
import { count, duration } from '../../lib/format';
import { FigureTable } from './FigureTable';
import classes from './health.module.css';
import { healthTexts } from './texts';

const words = healthTexts.providers;

/** Each provider: whether it can be called, and how its calls went within the last minute. */
export function ProviderParts({ parts, figures }: { parts: HealthPart[]; figures: LiveFigures }) {
  return (
    <section className={classes.section}>
      <h2>{words.title}</h2>
      <FigureTable title={words.title} columns={words.columns}>
        {parts.map((part) => (
          <Row key={part.name} part={part} figures={figures} />
        ))}
      </FigureTable>
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
      <td className={classes.figure}>
        {times.every((time) => time == null) ? count(null) : times.map((time) => duration(time)).join(' · ')}
      </td>
    </tr>
  );
}
