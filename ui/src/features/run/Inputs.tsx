import type { Run } from '../../bindings/types';
import classes from './screen.module.css';

/** Inputs by name; texts as they are, all else as JSON. */
export function Inputs({ inputs }: { inputs: Run['inputs'] }) {
  return (
    <dl className={classes.values}>
      {Object.entries(inputs).map(([name, value]) => (
        <div key={name}>
          <dt className="mono">{name}</dt>
          <dd>
            <pre>{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>
          </dd>
        </div>
      ))}
    </dl>
  );
}
