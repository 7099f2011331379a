import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { columnsTexts } from './columns.texts';
import { withheld } from './summary';

/** Where an execution stands, and what came of it. */
export function ColumnState({ execution }: { execution: Execution }) {
  const label = texts.executionStatus[execution.status];
  const held = withheld(execution);
  switch (execution.status) {
    case 'completed':
      return (
        <>
          {held !== null && <Chip tone="warn">⊘ {texts.finish[held]}</Chip>}
          {execution.validations.length > 0 && <Verdict execution={execution} />}
          {held === null && execution.validations.length === 0 && <Chip tone="good">✓ {label}</Chip>}
        </>
      );
    case 'failed':
      if (held !== null) return <Chip tone="warn">⊘ {texts.finish[held]}</Chip>;
      return <Chip tone="bad">✕ {label}</Chip>;
    case 'running':
      return <Chip tone="accent">● {label}</Chip>;
    case 'pending':
      if (execution.retry) {
        return (
          <Chip tone="warn">↻ {columnsTexts.retry.state(execution.retry.attempt, execution.retry.last)}</Chip>
        );
      }
      return <Chip>{label}</Chip>;
    case 'cancelled':
      return <Chip>{label}</Chip>;
  }
}

function Verdict({ execution: { validations, validationStatus } }: { execution: Execution }) {
  const passed = validations.filter(({ verdict }) => verdict === 'pass').length;
  const isGood = validationStatus === 'passed';
  const isUndecided = !isGood && validations.some(({ verdict }) => verdict === 'error');
  return (
    <Chip tone={isGood ? 'good' : 'bad'}>
      {isGood ? '✓' : isUndecided ? '⚠' : '✕'} {texts.column.held(passed, validations.length)}
    </Chip>
  );
}
