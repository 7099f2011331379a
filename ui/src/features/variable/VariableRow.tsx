import { ActionIcon, Checkbox, Select, TextInput, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronRight,
  IconTrash,
} from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { Variable } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import type { RenameProblem } from '../content/editor/rename';
import type { Work } from '../prompt/useWork';
import { variableTexts } from './texts';
import { types, withType } from './variable';
import { VariableDetails } from './VariableDetails';
import classes from './VariablesEditor.module.css';

const texts = variableTexts.editor;

/** One declaration: its name and type, and the rest below when it is open. */
export function VariableRow(props: {
  readonly work: Work;
  readonly variable: Variable;
  /** Why it cannot have another name. */
  readonly problemOf: (name: string) => RenameProblem | null;
  readonly isUnused: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onChange: (variable: Variable) => void;
  readonly onRename: (name: string) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}) {
  const { variable, isOpen, onChange } = props;
  const { name, type, required } = variable;
  const details = useId();
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.variable} data-open={isOpen || undefined}>
      <div className={classes.row}>
        <ActionIcon
          size={24}
          aria-label={texts.more(name)}
          aria-expanded={isOpen}
          aria-controls={details}
          onClick={props.onToggle}
        >
          <Chevron size={14} aria-hidden />
        </ActionIcon>
        <NameInput name={name} problemOf={props.problemOf} onRename={props.onRename} />
        <Select
          className={classes.type}
          aria-label={texts.typeOf(name)}
          data={types}
          value={type}
          allowDeselect={false}
          comboboxProps={{ withinPortal: true }}
          onChange={(next) => onChange(withType(variable, next ?? type))}
        />
        <Checkbox
          size="xs"
          label={variableTexts.required}
          aria-label={texts.requiredOf(name)}
          checked={required}
          onChange={(event) => onChange({ ...variable, required: event.currentTarget.checked })}
        />
        <span className="spacer" />
        {props.isUnused && (
          <Tooltip label={texts.unusedHint}>
            <span className={classes.unused}>{texts.unused}</span>
          </Tooltip>
        )}
        <RowActions {...props} />
      </div>
      <div id={details} hidden={!isOpen}>
        {isOpen && <VariableDetails work={props.work} variable={variable} onChange={onChange} />}
      </div>
    </div>
  );
}

function NameInput(props: {
  readonly name: string;
  readonly problemOf: (name: string) => RenameProblem | null;
  readonly onRename: (name: string) => void;
}) {
  // A name is only taken over as a whole: half of one would rename the input as well.
  const [text, setText] = useState(props.name);
  const [seen, setSeen] = useState(props.name);
  if (props.name !== seen) {
    setSeen(props.name);
    setText(props.name);
  }
  const found = props.problemOf(text);
  const problem = found === null ? null : texts.nameProblems[found];
  const commit = () => {
    if (problem === null && text !== props.name) props.onRename(text);
  };
  return (
    <TextInput
      className={classes.name}
      classNames={{ input: classes.mono }}
      aria-label={texts.nameOf(props.name)}
      value={text}
      error={problem !== null && <Marked text={problem} />}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setText(event.currentTarget.value.trim())}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) commit();
      }}
    />
  );
}

function RowActions(props: {
  readonly variable: Variable;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}) {
  const { name } = props.variable;
  const actions = [
    {
      label: texts.moveUp(name),
      icon: IconArrowUp,
      onClick: () => props.onMove(-1),
      disabled: props.isFirst,
    },
    {
      label: texts.moveDown(name),
      icon: IconArrowDown,
      onClick: () => props.onMove(1),
      disabled: props.isLast,
    },
    { label: texts.remove(name), icon: IconTrash, onClick: props.onRemove, disabled: false },
  ];
  return (
    <div className={classes.actions}>
      {actions.map(({ label, icon: Icon, onClick, disabled }) => (
        <Tooltip key={label} label={label}>
          <ActionIcon size={24} aria-label={label} onClick={onClick} disabled={disabled}>
            <Icon size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </div>
  );
}
