import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { configQuery } from '../features/config/queries';
import { configTexts } from '../features/config/texts';
import type { BudgetView } from '../bindings/types';
import { budgetsQuery } from '../features/budget/queries';
import { level, scopeName, usedText } from '../features/budget/scope';
import { budgetTexts } from '../features/budget/texts';
import { networkQuery } from '../features/egress/queries';
import { egressTexts } from '../features/egress/texts';
import { LevelNews } from '../features/health/LevelNews';
import { FolderNews } from '../features/folder/FolderNews';
import { keyTexts } from '../features/key/texts';
import { openVault } from '../features/key/vault';
import { providersQuery } from '../features/provider/queries';
import { dollars } from '../lib/format';
import classes from './Frame.module.css';
import { metricsQuery } from './metrics';
import { texts } from './texts';

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
        {data !== undefined && <LevelNews health={data.level} />}
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
        <FolderNews />
        {under > 0 && (
          <span>{texts.status.running(data?.engine.running ?? 0, data?.engine.queued ?? 0)}</span>
        )}
      </div>
      <span className="spacer" />
      <BudgetNews />
      {data !== undefined && data.lastDay.costUsd !== '0' && (
        <span>{texts.status.spent(dollars(data.lastDay.costUsd))}</span>
      )}
    </footer>
  );
}

/** The budget that is used up the most, once it is nearly so. */
function BudgetNews() {
  const { data } = useQuery(budgetsQuery);
  const share = ({ settledUsd, capUsd }: BudgetView) => Number(settledUsd) / Math.max(Number(capUsd), 1e-9);
  const worst = data?.items
    .filter((budget) => level(budget) !== 'fine')
    .sort((a, b) => share(b) - share(a))[0];
  if (worst === undefined) return null;
  return (
    <Link to="/settings/budgets" className={level(worst) === 'over' ? classes.bad : classes.warn}>
      {budgetTexts.status(scopeName(worst), usedText(worst))}
    </Link>
  );
}
