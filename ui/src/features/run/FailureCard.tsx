import { Button, Group } from '@mantine/core';
import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { notifyError } from '../../lib/notify';
import { retryExecution } from './again';
import { REMEDIES } from './remedy';
import { RemedyButton } from './RemedyButton';
import classes from './run.module.css';

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
        {REMEDIES[failure.class].map((remedy) => (
          <RemedyButton key={remedy} remedy={remedy} execution={execution} />
        ))}
        <Button variant="default" onClick={() => void retry()}>
          {texts.actions.tryAgain}
        </Button>
        <Button variant="subtle" color="gray" onClick={onDetails}>
          {texts.actions.details}
        </Button>
      </Group>
    </div>
  );
}
