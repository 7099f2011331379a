import { Button, Group } from '@mantine/core';
import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { notifyError } from '../../lib/notify';
import { retryExecution } from './again';
import classes from './run.module.css';
import { withheld } from './summary';

/** That there is no answer, or not all of it, because the provider or the model would not give it: nothing is broken. */
export function Withheld({ execution, onDetails }: { execution: Execution; onDetails: () => void }) {
  const held = withheld(execution);
  if (held === null) return null;
  const { failure, finish } = execution;
  const retry = () => retryExecution(execution).catch(notifyError);
  const word = finish?.word;
  return (
    <div className={classes.withheld} role="note">
      <b>⊘ {held === 'refusal' ? texts.column.declined : texts.column.heldBack}</b>
      {failure !== null && (
        <div>
          <Marked text={failure.message} />
        </div>
      )}
      {failure !== null && failure.hint !== '' && (
        <div>
          <Marked text={failure.hint} />
        </div>
      )}
      {failure === null && word !== undefined && word !== null && (
        <div className={classes.hint}>{texts.column.finishWord(word)}</div>
      )}
      {failure?.detail && (
        <details>
          <summary>{texts.column.providersWords}</summary>
          <pre className={classes.raw}>{failure.detail}</pre>
        </details>
      )}
      <Group gap="xs" mt="xs">
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
