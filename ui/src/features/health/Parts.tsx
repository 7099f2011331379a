import type { Health, HealthPart, LiveFigures } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { Marked } from '../../components/Notice';
import { bytes, duration } from '../../lib/format';
import { Fact } from '../workspace/Fact';
import facts from '../workspace/workspace.module.css';
import classes from './health.module.css';
import { healthTexts } from './texts';

const words = healthTexts.store;

/** Store, engine and configuration: whether they work, and how fast the store writes. */
export function Parts({ health, figures: { writes } }: { health: Health | undefined; figures: LiveFigures }) {
  return (
    <section className={classes.section}>
      <h2>{words.title}</h2>
      <dl className={facts.facts}>
        {(['store', 'engine', 'configuration'] as const).map((name) => (
          <Fact key={name} name={words[name]}>
            <State part={health?.[name]} />
          </Fact>
        ))}
        <Fact name={words.commit}>
          {writes.commitMsP95 == null ? (
            <span className={classes.quiet}>{words.noCommit}</span>
          ) : (
            <>
              <b className="num">{duration(writes.commitMsP95)}</b>
              <span className={classes.quiet}>{words.commitText}</span>
            </>
          )}
        </Fact>
        {writes.diskFree != null && <Fact name={words.disk}>{words.free(bytes(writes.diskFree))}</Fact>}
      </dl>
    </section>
  );
}

function State({ part }: { part: HealthPart | undefined }) {
  if (part === undefined) return null;
  if (part.status === 'ok') return <Chip tone="good">{words.working}</Chip>;
  return (
    <span className={part.status === 'down' ? classes.bad : classes.warn}>
      <Marked text={part.message} />
    </span>
  );
}
