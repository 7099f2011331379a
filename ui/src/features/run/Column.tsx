import { Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type KeyboardEvent, memo } from 'react';
import { texts } from '../../app/texts';
import type { Execution, Parameters } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { notifyError } from '../../lib/notify';
import { describeParameters } from '../parameter/parameters';
import { rate } from '../rating/rate';
import { ratingOfKeys } from '../rating/shortcuts';
import type { Best } from './best';
import { ColumnBody } from './ColumnBody';
import { ColumnFooter } from './ColumnFooter';
import { ColumnMenu } from './ColumnMenu';
import { ColumnState } from './ColumnState';
import { columnsTexts } from './columns.texts';
import { ExecutionDetails } from './ExecutionDetails';
import classes from './run.module.css';
import type { Together } from './scrolling';
import { type ColumnAction, columnAction } from './shortcuts';
import type { View } from './views';
import { ViewSwitch } from './ViewSwitch';

/** Another answer that one can be compared with. */
export interface Other {
  readonly label: string;
  /** The execution; none where it is that of the run before, which is looked for. */
  readonly execution: Execution | null;
}

export interface ColumnProps {
  execution: Execution;
  /** Those that are worth saying in the header. */
  parameters: Parameters;
  best: Best;
  view: View;
  /** The answers that are there to be compared with. */
  others: readonly Other[];
  /** Whether it is the only one that is shown; `null` where there is but one. */
  isSolo: boolean | null;
  repeats: number;
  repeat: number;
  together: Together;
  onAction: (action: ColumnAction, execution: Execution) => void;
  onCompare: (execution: Execution, other: Other) => void;
  onRepeat: (repeat: number) => void;
}

/** One model's answer: what it says as it says it, and what it took. */
export const Column = memo(function Column(props: ColumnProps) {
  const { execution, view, onAction } = props;
  const [details, drawer] = useDisclosure(false);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    // What floats over the page has keys of its own, though it belongs to the column.
    if (event.defaultPrevented || !event.currentTarget.contains(event.target as Node)) return;
    const isOpen = execution.status === 'pending' || execution.status === 'running';
    const rated = isOpen ? undefined : ratingOfKeys(event);
    if (rated !== undefined) {
      event.preventDefault();
      rate(execution, rated).catch(notifyError);
      return;
    }
    const action = columnAction(event);
    if (action === null || action.kind === 'everything') return;
    event.preventDefault();
    onAction(action, execution);
  };
  return (
    <article className={classes.column} aria-label={execution.model} onKeyDown={onKeyDown}>
      <div className={classes.columnHead}>
        <b title={execution.model}>{execution.model}</b>
        <small>{describeParameters(props.parameters)}</small>
        {execution.answeredBy && <Chip tone="warn">{columnsTexts.answeredBy(execution.answeredBy)}</Chip>}
        <span className="spacer" />
        {props.repeats > 1 && <RepeatSelect {...props} />}
        <ColumnState execution={execution} />
        <ViewSwitch
          label={columnsTexts.view(execution.model)}
          view={view}
          onView={(next) => onAction({ kind: 'view', view: next }, execution)}
        />
        <ColumnMenu {...props} onDetails={drawer.open} />
      </div>
      <ColumnBody
        key={execution.id}
        execution={execution}
        view={view}
        together={props.together}
        onDetails={drawer.open}
      />
      <ColumnFooter execution={execution} best={props.best} />
      {details && <ExecutionDetails executionId={execution.id} onClose={drawer.close} />}
    </article>
  );
});

function RepeatSelect({ repeats, repeat, onRepeat }: ColumnProps) {
  const data = Array.from({ length: repeats }, (_, at) => ({
    value: String(at),
    label: texts.column.repeat(at + 1),
  }));
  return (
    <Select
      w={104}
      aria-label={texts.runBar.repeats}
      allowDeselect={false}
      data={data}
      value={String(repeat)}
      onChange={(value) => onRepeat(Number(value))}
    />
  );
}
