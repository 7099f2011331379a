import type { Allowance, LiveFigures, ModelLoad } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { clock, count } from '../../lib/format';
import { FigureTable } from './FigureTable';
import classes from './health.module.css';
import { healthTexts } from './texts';

const words = healthTexts.models;

/** Each model in use or not well: whether calls go through, and how many it may still get. */
export function ModelLoads({ figures }: { figures: LiveFigures }) {
  const { models } = figures.engine;
  return (
    <section className={classes.section}>
      <h2>{words.title}</h2>
      {models.length === 0 && <p className={classes.quiet}>{words.none}</p>}
      {models.length > 0 && (
        <FigureTable title={words.title} columns={words.columns}>
          {models.map((load) => (
            <Row key={load.model} load={load} figures={figures} />
          ))}
        </FigureTable>
      )}
    </section>
  );
}

function Row({ load, figures }: { load: ModelLoad; figures: LiveFigures }) {
  const { model, running, queued, limit, most } = load;
  const provider = figures.engine.providers.find(({ name }) => name === providerOf(model));
  return (
    <tr>
      <th scope="row">{model}</th>
      <td>
        <Circuit load={load} at={figures.at} />
      </td>
      <td className={classes.figure}>
        {words.atOnce(running, limit ?? most)}
        {limit != null && <div className={classes.quiet}>{words.reduced(most)}</div>}
      </td>
      <td className={classes.figure}>{count(queued)}</td>
      <td className={classes.figure}>
        <Left told={load.requests} set={provider?.requests} />
      </td>
      <td className={classes.figure}>
        <Left told={load.tokens} set={provider?.tokens} />
      </td>
    </tr>
  );
}

function providerOf(model: string): string {
  return model.slice(0, model.indexOf(':'));
}

function Circuit({ load: { circuit, opensInMs }, at }: { load: ModelLoad; at: string }) {
  const tone = { closed: 'good', 'half-open': 'warn', open: 'bad' } as const;
  const opensAt = opensInMs == null ? null : clock(new Date(Date.parse(at) + opensInMs).toISOString());
  const note = {
    open: opensAt === null ? null : words.tried(opensAt),
    'half-open': words.probing,
    closed: opensAt === null ? null : words.rests(opensAt),
  };
  return (
    <>
      <Chip tone={tone[circuit]}>{words.circuit[circuit]}</Chip>{' '}
      <span className={`${classes.quiet ?? ''} num`}>{note[circuit]}</span>
    </>
  );
}

/** What may still be sent, by what the model says and what the user set: the lesser counts. */
function Left({ told, set }: { told: Allowance | null | undefined; set: Allowance | null | undefined }) {
  const isSet = set != null && (told == null || set.left < told.left);
  const shown = isSet ? set : told;
  if (shown == null) return <span className={classes.quiet}>{count(null)}</span>;
  return (
    <>
      {words.left(count(shown.left), count(shown.most))}
      {isSet && <div className={classes.quiet}>{words.set}</div>}
    </>
  );
}
