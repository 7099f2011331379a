import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Variable } from '../../bindings/types';
import { useCommands } from '../../lib/commands';
import { notifyUndo } from '../../lib/notify';
import { inserted, moved, replaced, without } from '../content/body';
import { useChecked, usedVariables } from '../content/checked';
import { renameProblem } from '../content/editor/rename';
import { useKeys } from '../content/useKeys';
import { useOpening } from '../content/wanted';
import type { Work } from '../prompt/useWork';
import { variableTexts } from './texts';
import { renameVariable } from './renameVariable';
import { freeName, tidy } from './variable';
import { VariableRow } from './VariableRow';
import classes from './VariablesEditor.module.css';

const texts = variableTexts.editor;

/** The declarations of the variables. */
export function VariablesEditor({ work }: { work: Work }) {
  const { variables } = work.content;
  const keys = useKeys(variables.length);
  const [opened, setOpened] = useState<number | null>(null);
  const used = useChecked(work.checked, usedVariables);
  const names = variables.map(({ name }) => name);

  const change = (next: (variables: Variable[]) => Variable[]) =>
    work.setContent((now) => ({ ...now, variables: next(now.variables) }));
  const insert = (at: number, variable: Variable) => {
    change((now) => inserted(now, at, variable));
    keys.changes.insert(at);
  };
  const move = (from: number, to: number) => {
    change((now) => moved(now, from, to));
    keys.changes.move(from, to);
  };
  const remove = (at: number, variable: Variable) => {
    change((now) => without(now, at));
    keys.changes.remove(at);
    notifyUndo(variableTexts.editor.removed(variable.name), () => {
      insert(at, variable);
      return Promise.resolve();
    });
  };
  const declare = (name: string) => insert(variables.length, { name, type: 'string', required: true });
  const add = () => insert(variables.length, { name: freeName(names), type: 'string', required: false });
  useCommands({ addVariable: add });
  useOpening(work.actions, 'variables.', (name) => {
    const at = names.findIndex((own) => name.startsWith(`variables.${own}.`));
    setOpened(keys.keys[at] ?? null);
  });

  return (
    <div className={classes.editor}>
      {variables.length === 0 && <p className={classes.empty}>{texts.empty}</p>}
      {variables.map((variable, at) => {
        const key = keys.keys[at] ?? at;
        return (
          <VariableRow
            key={key}
            work={work}
            variable={variable}
            isUnused={used !== undefined && !used.includes(variable.name)}
            isFirst={at === 0}
            isLast={at === variables.length - 1}
            isOpen={opened === key}
            onToggle={() => setOpened(opened === key ? null : key)}
            onChange={(next) => change((now) => replaced(now, at, tidy(next)))}
            onRename={(name) => renameVariable(work.actions, variable.name, name)}
            problemOf={(name) => renameProblem(work.actions.now(), variable.name, name)}
            onMove={(by) => move(at, at + by)}
            onRemove={() => remove(at, variable)}
          />
        );
      })}
      <Undeclared names={(used ?? []).filter((name) => !names.includes(name))} onDeclare={declare} />
      <div>
        <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          {texts.add}
        </Button>
      </div>
    </div>
  );
}

function Undeclared({ names, onDeclare }: { names: readonly string[]; onDeclare: (name: string) => void }) {
  if (names.length === 0) return null;
  return (
    <div className={classes.undeclared}>
      <span>{texts.undeclared}</span>
      {names.map((name) => (
        <Button
          key={name}
          variant="light"
          size="compact-xs"
          leftSection={<IconPlus size={12} aria-hidden />}
          aria-label={texts.declare(name)}
          onClick={() => onDeclare(name)}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}
