import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { texts } from '../../app/texts';
import type { ErrorClass, Execution, ProviderView } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { switchNetwork } from '../egress/network';
import { notifyError } from '../../lib/notify';
import { keyTexts } from '../key/texts';
import { openVault } from '../key/vault';
import { providersQuery } from '../provider/queries';
import { retryExecution } from './again';
import classes from './run.module.css';

/** Failures that are mended at the provider's settings. */
const AT_PROVIDER: ErrorClass[] = [
  'no_key',
  'authentication',
  'permission',
  'no_quota',
  'name_not_found',
  'refused',
  'no_route',
  'proxy',
  'tls',
  'redirect',
  'not_found',
  'invalid_response',
  'no_provider',
];

/** The provider that was asked, as it is now; none where it is gone. */
function useProviderOf({ model }: Execution): ProviderView | undefined {
  const providers = useQuery(providersQuery);
  const name = model.slice(0, model.indexOf(':'));
  return providers.data?.items.find((provider) => provider.name === name);
}

/** The way to a key that the vault holds; a keychain asks for its password itself. */
function UnlockButton({ execution, provider }: { execution: Execution; provider: ProviderView | undefined }) {
  if (execution.failure?.class !== 'key_locked') return null;
  if (provider?.key?.reference.kind !== 'vault') return null;
  const unlock = async () => {
    if (await openVault()) await retryExecution(execution).catch(notifyError);
  };
  return <Button onClick={() => void unlock()}>{keyTexts.vault.unlockAndRetry}</Button>;
}

/** The way to the settings of the provider, or to all of them where it is gone. */
function ProviderLink({ label, provider }: { label: string; provider: ProviderView | undefined }) {
  if (provider === undefined) {
    return (
      <Button variant="default" component={Link} to="/settings/providers">
        {label}
      </Button>
    );
  }
  const place = { to: '/settings/providers/$id', params: { id: provider.id } } as const;
  return (
    <Button variant="default" renderRoot={(props) => <Link {...place} {...props} />}>
      {label}
    </Button>
  );
}

/** Why an execution failed, what the provider said, and the next step. */
export function FailureCard({ execution, onDetails }: { execution: Execution; onDetails: () => void }) {
  const { failure } = execution;
  const provider = useProviderOf(execution);
  if (failure === null) return null;
  const retry = () => retryExecution(execution).catch(notifyError);
  return (
    <div className={classes.failure} role="alert">
      <b>{texts.failure[failure.class]}</b>
      <div>
        <Marked text={failure.message} />
      </div>
      <div>
        <Marked text={failure.hint} />
      </div>
      {failure.detail && (
        <details>
          <summary>{texts.column.providersWords}</summary>
          <pre className={classes.raw}>{failure.detail}</pre>
        </details>
      )}
      <Group gap="xs" mt="xs">
        <Button variant="default" onClick={() => void retry()}>
          {texts.actions.tryAgain}
        </Button>
        {failure.class === 'offline' && (
          <Button variant="default" onClick={() => void switchNetwork(false)}>
            {texts.column.switchOn}
          </Button>
        )}
        <UnlockButton execution={execution} provider={provider} />
        {AT_PROVIDER.includes(failure.class) && (
          <ProviderLink
            label={failure.class === 'no_key' ? texts.column.addKey : texts.column.openProvider}
            provider={provider}
          />
        )}
        <Button variant="subtle" color="gray" onClick={onDetails}>
          {texts.actions.details}
        </Button>
      </Group>
    </div>
  );
}
