import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { texts } from '../../app/texts';
import type { ErrorClass, Execution } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { switchNetwork } from '../egress/network';
import { notifyError } from '../../lib/notify';
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

/** Why an execution failed, what the provider said, and the next step. */
export function FailureCard({ execution, onDetails }: { execution: Execution; onDetails: () => void }) {
  const { failure } = execution;
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
        {AT_PROVIDER.includes(failure.class) && (
          <Button variant="default" component={Link} to="/settings/providers">
            {failure.class === 'no_key' ? texts.column.addKey : texts.column.openProvider}
          </Button>
        )}
        <Button variant="subtle" color="gray" onClick={onDetails}>
          {texts.actions.details}
        </Button>
      </Group>
    </div>
  );
}
