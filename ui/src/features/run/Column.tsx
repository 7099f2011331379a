import { ActionIcon, Menu, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { Execution, Parameters } from '../../bindings/types';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { streams } from '../../app/live';
import { retryExecution } from './again';
import type { Best } from './best';
import { ColumnBody, type View } from './ColumnBody';
import { ColumnFooter } from './ColumnFooter';
import { ColumnState } from './ColumnState';
import { ExecutionDetails } from './ExecutionDetails';
import { describeParameters } from '../parameter/parameters';
import classes from './run.module.css';

interface Props {
  execution: Execution;
  /** Those that are worth saying in the header. */
  parameters: Parameters;
  best: Best;
  isSolo: boolean;
  onSolo: (() => void) | null;
  repeats: number;
  repeat: number;
  onRepeat: (repeat: number) => void;
}

/** One model's answer: what it says as it says it, and what it took. */
export function Column(props: Props) {
  const { execution } = props;
  const [view, setView] = useState<View>('markdown');
  const [details, drawer] = useDisclosure(false);
  return (
    <article className={classes.column} aria-label={execution.model}>
      <div className={classes.columnHead}>
        <b title={execution.model}>{execution.model}</b>
        <small>{describeParameters(props.parameters)}</small>
        <span className="spacer" />
        {props.repeats > 1 && <RepeatSelect {...props} />}
        <ColumnState execution={execution} />
        <ColumnMenu {...props} view={view} onView={setView} onDetails={drawer.open} />
      </div>
      <ColumnBody key={execution.id} execution={execution} view={view} onDetails={drawer.open} />
      <ColumnFooter execution={execution} best={props.best} />
      {details && <ExecutionDetails executionId={execution.id} onClose={drawer.close} />}
    </article>
  );
}

function RepeatSelect({ repeats, repeat, onRepeat }: Props) {
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

function ColumnMenu(props: Props & { view: View; onView: (view: View) => void; onDetails: () => void }) {
  const { execution } = props;
  const isEnded = !['pending', 'running'].includes(execution.status);
  const cancel = () => api.executionCancel({ id: execution.id }).catch(notifyError);
  const retry = () => retryExecution(execution).catch(notifyError);
  const copy = () => navigator.clipboard.writeText(streams.text.get(execution.id).text).catch(notifyError);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={texts.column.menu(execution.model)}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={props.view} onChange={(value) => props.onView(value as View)}>
          <Menu.RadioItem value="markdown">{texts.column.markdown}</Menu.RadioItem>
          <Menu.RadioItem value="raw">{texts.column.raw}</Menu.RadioItem>
          <Menu.RadioItem value="json">{texts.column.json}</Menu.RadioItem>
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item onClick={() => void copy()}>{texts.actions.copy}</Menu.Item>
        {props.onSolo !== null && (
          <Menu.Item onClick={props.onSolo}>{props.isSolo ? texts.column.all : texts.column.solo}</Menu.Item>
        )}
        <Menu.Item onClick={props.onDetails}>{texts.actions.details}</Menu.Item>
        <Menu.Divider />
        <Menu.Item disabled={isEnded} onClick={() => void cancel()}>
          {texts.actions.cancel}
        </Menu.Item>
        <Menu.Item disabled={!isEnded} onClick={() => void retry()}>
          {texts.actions.tryAgain}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
