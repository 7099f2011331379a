import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Switch, TextInput, Tooltip } from '@mantine/core';
import {
  IconAlertCircle,
  IconArrowDown,
  IconArrowUp,
  IconGripVertical,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { Problem, Validation } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import type { ValidationsAround } from './around';
import { Consequences } from './Consequences';
import { LastRun } from './LastRun';
import { RuleEditor } from './RuleEditor';
import { changed, problemsAt } from './rules';
import { validationTexts as texts } from './texts';
import classes from './validation.module.css';

/** A validation as it is edited. */
export interface CardProps {
  /** Its key, by which it is dragged. */
  readonly id: number;
  readonly validation: Validation;
  /** Its place in what the engine checks, such as `validations[2]`. */
  readonly place: string;
  readonly setName: string | undefined;
  readonly around: ValidationsAround;
  readonly taken: readonly string[];
  readonly onChange: (validation: Validation) => void;
  readonly onRemove: () => void;
  readonly onMoveUp: (() => void) | null;
  readonly onMoveDown: (() => void) | null;
}

/** A validation: its name, its rule, what is wrong with it, and what comes of it. */
export function ValidationCard(props: CardProps) {
  const { id, validation, place, setName, around, onChange } = props;
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, isDragging, transform, transition } =
    useSortable({ id });
  const isSet = validation.rule.kind === 'assertion' && validation.rule.assert !== undefined;
  // What is wrong in a set is told at its parts.
  const problems = problemsAt(around.problems, place).filter(
    ({ at }) => !isSet || !at.path.startsWith(`${place}.rule.assert[`),
  );
  return (
    <section
      ref={setNodeRef}
      className={classes.card}
      aria-label={validation.name}
      data-off={validation.off === true || undefined}
      data-dragging={isDragging || undefined}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <Header {...props} handle={{ ...attributes, ...listeners, ref: setActivatorNodeRef }} />
      <div className={classes.body}>
        <RuleEditor
          validation={validation}
          place={place}
          around={around}
          textName={setName === undefined ? 'validations' : `validations.${setName}.assert`}
          isInvalid={problems.length > 0}
          onChange={(rule) => onChange({ ...validation, rule })}
        />
        <Problems problems={problems} />
        <Consequences
          validation={validation}
          isPart={setName !== undefined}
          onChange={(part) => onChange(changed(validation, part))}
        />
      </div>
    </section>
  );
}

function Header(props: CardProps & { readonly handle: object }) {
  const { validation, around, onMoveUp, onMoveDown, setName } = props;
  const { name, off = false, rule } = validation;
  const moves = [
    { label: texts.moveUp(name), icon: IconArrowUp, act: onMoveUp },
    { label: texts.moveDown(name), icon: IconArrowDown, act: onMoveDown },
    { label: texts.remove(name), icon: IconTrash, act: props.onRemove },
  ];
  return (
    <div className={classes.header}>
      <button type="button" {...props.handle} className={classes.handle} aria-label={texts.drag(name)}>
        <IconGripVertical size={14} aria-hidden />
      </button>
      <NameField {...props} />
      <span className={classes.kind}>
        {rule.kind === 'assertion' ? <code>{rule.type}</code> : texts.kinds[rule.kind].label}
      </span>
      {setName === undefined && <LastRun verdicts={around.lastRun.get(name)} />}
      <span className="spacer" />
      <Switch
        size="xs"
        aria-label={texts.isOn(name)}
        label={off ? texts.off : texts.on}
        checked={!off}
        onChange={(event) => props.onChange(changed(validation, { off: !event.currentTarget.checked }))}
      />
      <span className={classes.actions}>
        {moves.map(({ label, icon: Icon, act }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon size={24} aria-label={label} disabled={act === null} onClick={() => act?.()}>
              <Icon size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
      </span>
    </div>
  );
}

/** The name, which is taken over as soon as it can be one. */
function NameField({ validation, taken, onChange }: CardProps) {
  const [name, setName] = useState(validation.name);
  const [seen, setSeen] = useState(validation.name);
  if (validation.name !== seen) {
    setSeen(validation.name);
    setName(validation.name);
  }
  const problem = name.trim() === '' ? texts.needsName : taken.includes(name.trim()) ? texts.sameName : null;
  const rename = (next: string) => {
    setName(next);
    const wanted = next.trim();
    if (wanted === '' || taken.includes(wanted)) return;
    setSeen(wanted);
    onChange({ ...validation, name: wanted });
  };
  return (
    <TextInput
      className={classes.name}
      aria-label={texts.name}
      value={name}
      onChange={(event) => rename(event.currentTarget.value)}
      error={problem}
    />
  );
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map(({ message, hint = '', at }) => (
        <li key={`${at.path} ${message}`}>
          <IconAlertCircle size={14} aria-hidden />
          <span>
            <Marked text={hint === '' ? message : `${message}. ${hint}`} />
          </span>
        </li>
      ))}
    </ul>
  );
}
