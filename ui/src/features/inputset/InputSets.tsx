import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { InputSet } from '../../bindings/types';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { notifyError, notifyUndo } from '../../lib/notify';
import type { Work } from '../prompt/useWork';
import { NameInputSet } from './NameInputSet';
import { PasteInputs } from './PasteInputs';
import { inputSetsQuery } from './queries';
import { inputSetTexts as words } from './texts';

type Asking = 'save' | 'rename' | 'paste' | null;

/** The remembered inputs of a prompt: which of them are on screen, and what can be done with them. */
export function InputSets({ promptId, work }: { promptId: string; work: Work }) {
  const sets = useQuery(inputSetsQuery(promptId)).data?.items ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const sensitive = new Set(work.content.variables.filter((v) => v.sensitive).map(({ name }) => name));
  const isOnScreen = ({ inputs }: InputSet) => same(inputs, work.inputs, sensitive);
  const current = sets.find(({ name }) => name === chosen) ?? sets.find(isOnScreen);
  const isChanged = current !== undefined && !isOnScreen(current);
  const others = sets.map(({ name }) => name).filter((name) => name !== current?.name);

  const put = async (name: string, was?: string) => {
    // A variable that has just become sensitive is so for the host too.
    await work.keep();
    const inputs = was === undefined ? work.inputs : (current?.inputs ?? {});
    const set = await api.inputSetPut({ id: promptId, name, inputs, was: was ?? null });
    setChosen(set.name);
  };
  const apply = (set: InputSet) => {
    const before = work.inputs;
    // Sensitive values are in no set: those on screen stay.
    work.setInputs((now) => ({
      ...Object.fromEntries(Object.entries(now).filter(([name]) => sensitive.has(name))),
      ...set.inputs,
    }));
    setChosen(set.name);
    notifyUndo(words.applied(set.name), () => {
      work.setInputs(() => before);
      return Promise.resolve();
    });
  };
  const bringBack = ({ name, inputs }: InputSet) => api.inputSetPut({ id: promptId, name, inputs });
  const replace = (set: InputSet) => {
    put(set.name)
      .then(() => notifyUndo(words.replaced(set.name), () => bringBack(set)))
      .catch(notifyError);
  };
  const remove = (set: InputSet) => {
    api
      .inputSetDelete({ id: promptId, name: set.name })
      .then(() => notifyUndo(words.removed(set.name), () => bringBack(set)))
      .catch(notifyError);
  };
  const close = () => setAsking(null);
  useCommands({ pasteInputs: () => setAsking('paste'), saveInputs: () => setAsking('save') });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} />}>
            {current === undefined ? words.title : current.name}
            {isChanged && ` · ${words.changed}`}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{sets.length === 0 ? words.none : words.title}</Menu.Label>
          {sets.map((set) => (
            <Menu.Item key={set.name} onClick={() => apply(set)}>
              {set.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setAsking('save')}>{words.saveAs}</Menu.Item>
          {current !== undefined && (
            <>
              <Menu.Item disabled={!isChanged} onClick={() => replace(current)}>
                {words.replace(current.name)}
              </Menu.Item>
              <Menu.Item onClick={() => setAsking('rename')}>{words.rename(current.name)}</Menu.Item>
              <Menu.Item onClick={() => remove(current)}>{words.remove(current.name)}</Menu.Item>
            </>
          )}
          <Menu.Divider />
          <Menu.Item onClick={() => setAsking('paste')}>{words.paste}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === 'save' && (
        <NameInputSet
          title={words.saveTitle}
          name=""
          taken={sets.map(({ name }) => name)}
          onName={put}
          onClose={close}
        />
      )}
      {asking === 'rename' && current !== undefined && (
        <NameInputSet
          title={words.renameTitle}
          name={current.name}
          taken={others}
          onName={(name) => put(name, current.name)}
          onClose={close}
        />
      )}
      {asking === 'paste' && <PasteInputs work={work} onClose={close} />}
    </>
  );
}

/** Whether inputs are the same, but for the values of sensitive variables and the order of names. */
function same(
  a: Record<string, unknown>,
  b: Record<string, unknown>,
  sensitive: ReadonlySet<string>,
): boolean {
  const text = (inputs: Record<string, unknown>) =>
    JSON.stringify(
      Object.entries(inputs)
        .filter(([name]) => !sensitive.has(name))
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  return text(a) === text(b);
}
