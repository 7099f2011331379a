import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { texts } from '../../app/texts';
import { streams } from '../../app/live';
import { api, host } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import type { Language } from '../../bindings/types';
import { retryExecution } from './again';
import { saveAsCase } from './asCase';
import type { ColumnProps } from './Column';
import { columnsTexts } from './columns.texts';
import { factsOf, fenced, fileName } from './columnText';
import classes from './run.module.css';
import { ariaKeysOf, keysOf } from './shortcuts';
import { type View, VIEWS } from './views';

const LANGUAGES = Object.keys(columnsTexts.languages) as Language[];

/** What can be done with the answer of a column. */
export function ColumnMenu(props: ColumnProps & { onDetails: () => void }) {
  const { execution, isSolo, onAction } = props;
  const isEnded = !['pending', 'running'].includes(execution.status);
  const cancel = () => api.executionCancel({ id: execution.id }).catch(notifyError);
  const retry = () => retryExecution(execution).catch(notifyError);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={texts.column.menu(execution.model)}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup
          value={props.view}
          onChange={(view) => onAction({ kind: 'view', view: view as View }, execution)}
        >
          {VIEWS.map((view) => (
            <Menu.RadioItem
              key={view}
              value={view}
              closeMenuOnClick
              aria-keyshortcuts={ariaKeysOf(`column.${view}`)}
              rightSection={<Keys of={`column.${view}`} />}
            >
              {columnsTexts.views[view]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <CopyItems {...props} />
        <CompareItems {...props} />
        <Menu.Divider />
        {isSolo !== null && (
          <Menu.Item
            aria-keyshortcuts={ariaKeysOf(isSolo ? 'columns.all' : 'column.solo')}
            rightSection={<Keys of={isSolo ? 'columns.all' : 'column.solo'} />}
            onClick={() => onAction({ kind: isSolo ? 'everything' : 'solo' }, execution)}
          >
            {isSolo ? columnsTexts.showAll : columnsTexts.solo}
          </Menu.Item>
        )}
        <Menu.Item onClick={props.onDetails}>{texts.actions.details}</Menu.Item>
        <Menu.Item disabled={!isEnded} onClick={() => saveAsCase(execution)}>
          {columnsTexts.saveAsCase}
        </Menu.Item>
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

function Keys({ of }: { of: string }) {
  return (
    <span className={classes.keys} aria-hidden>
      {keysOf(of)}
    </span>
  );
}

/** The answer to be taken elsewhere: as it is, in a fence, in a file; and the facts of it. */
function CopyItems({ execution }: ColumnProps) {
  const answer = () => streams.text.get(execution.id).text;
  const hasAnswer = execution.outputBytes > 0 || execution.status === 'running';
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      notifyDone(columnsTexts.copied);
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  const copyCall = async (language: Language) => {
    try {
      await copy((await api.executionSource({ id: execution.id, language })).source);
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  const save = async () => {
    try {
      const path = await host.saveFile(fileName(execution.model, answer()), answer());
      if (path !== null) notifyDone(columnsTexts.saved(path));
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  return (
    <>
      <Menu.Item disabled={!hasAnswer} onClick={() => void copy(answer())}>
        {columnsTexts.copyAnswer}
      </Menu.Item>
      <Menu.Item disabled={!hasAnswer} onClick={() => void copy(fenced(answer()))}>
        {columnsTexts.copyFence}
      </Menu.Item>
      <Menu.Item onClick={() => void copy(factsOf(execution))}>{columnsTexts.copyFacts}</Menu.Item>
      <Menu.Item disabled={!hasAnswer} onClick={() => void save()}>
        {columnsTexts.save}
      </Menu.Item>
      <Menu.Sub position="left-start">
        <Menu.Sub.Target>
          <Menu.Sub.Item>{columnsTexts.copyCall}</Menu.Sub.Item>
        </Menu.Sub.Target>
        <Menu.Sub.Dropdown>
          {LANGUAGES.map((language) => (
            <Menu.Item key={language} onClick={() => void copyCall(language)}>
              {columnsTexts.languages[language]}
            </Menu.Item>
          ))}
        </Menu.Sub.Dropdown>
      </Menu.Sub>
    </>
  );
}

/** The answers beside this one, and that of the run before. */
function CompareItems({ execution, others, onCompare }: ColumnProps) {
  return (
    <Menu.Sub position="left-start">
      <Menu.Sub.Target>
        <Menu.Sub.Item>{columnsTexts.compare}</Menu.Sub.Item>
      </Menu.Sub.Target>
      <Menu.Sub.Dropdown>
        {others.map((other, at) => (
          <Menu.Item
            key={at}
            disabled={other.execution?.id === execution.id}
            onClick={() => onCompare(execution, other)}
          >
            {other.label}
          </Menu.Item>
        ))}
      </Menu.Sub.Dropdown>
    </Menu.Sub>
  );
}
