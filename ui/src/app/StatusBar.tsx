import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { configQuery } from '../features/config/queries';
import { configTexts } from '../features/config/texts';
import { networkQuery } from '../features/egress/queries';
import { egressTexts } from '../features/egress/texts';
import { keyTexts } from '../features/key/texts';
import { openVault } from '../features/key/vault';
import { providersQuery } from '../features/provider/queries';
import { api } from '../host';
import { dollars } from '../lib/format';
import classes from './Frame.module.css';
import { texts } from './texts';

// Its key begins like those of runs, so it is read again whenever a run moves on.
const metricsQuery = queryOptions({ queryKey: ['metrics'], queryFn: () => api.metricsGet() });

/** Only what is not normal, and what the last day cost. */
export function StatusBar({ connected }: { connected: boolean }) {
  const { data } = useQuery(metricsQuery);
  const network = useQuery(networkQuery);
  const providers = useQuery(providersQuery);
  const problems = useQuery(configQuery).data?.problems.length ?? 0;
  const isLocked = providers.data?.items.some(
    ({ key, keyState }) => keyState === 'locked' && key?.reference.kind === 'vault',
  );
  const under = (data?.engine.running ?? 0) + (data?.engine.queued ?? 0);
  return (
    <footer className={`${classes.status ?? ''} num`}>
      <div className={classes.news} role="status">
        {!connected && <span className={classes.bad}>{texts.connection.lost}</span>}
        {network.data?.offline === true && <span className={classes.warn}>{egressTexts.network.status}</span>}
        {isLocked && (
          <button type="button" className={classes.unlock} onClick={() => void openVault()}>
            {keyTexts.vault.status} <span>{keyTexts.vault.open}</span>
          </button>
        )}
        {problems > 0 && (
          <Link to="/settings/engine" className={classes.problem}>
            {configTexts.status(problems)}
          </Link>
        )}
        {under > 0 && (
          <span>{texts.status.running(data?.engine.running ?? 0, data?.engine.queued ?? 0)}</span>
        )}
      </div>
      <span className="spacer" />
      {data !== undefined && data.lastDay.costUsd !== '0' && (
        <span>{texts.status.spent(dollars(data.lastDay.costUsd))}</span>
      )}
    </footer>
  );
}
