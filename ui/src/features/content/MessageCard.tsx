import { nextDiagnostic } from '@codemirror/lint';
import type { EditorView } from '@codemirror/view';
import { ActionIcon, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowDown,
  IconArrowUp,
  IconCheck,
  IconChevronDown,
  IconCopy,
  IconTrash,
} from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import type { Attachment, Message, Role } from '../../bindings/types';
import { notifyUndo } from '../../lib/notify';
import { AttachButton, type Attaching, Attachments, fileTarget, useAttaching } from './Attachments';
import { inserted, roles, without } from './body';
import { CodeEditor } from './CodeEditor';
import type { EditorDiagnostic } from './editor/diagnostics';
import type { KnownName } from './editor/handlebars';
import classes from './ContentEditor.module.css';
import { contentTexts as texts } from './texts';

/** An editor of one template under a header. */
export function TemplateCard(props: {
  readonly label: string;
  readonly title: ReactNode;
  readonly tokens: string | null;
  readonly actions?: ReactNode;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly diagnostics: readonly EditorDiagnostic[];
  readonly names: readonly KnownName[];
  readonly minHeight?: number;
  readonly attaching: Attaching;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly onDetach?: (at: number) => void;
}) {
  const view = useRef<EditorView | null>(null);
  const goToNext = () => {
    if (view.current === null) return;
    nextDiagnostic(view.current);
    view.current.focus();
  };
  return (
    <section className={classes.card} aria-label={props.label} {...fileTarget(props.attaching)}>
      <header className={classes.header}>
        {props.title}
        {props.tokens !== null && <span className="num">{props.tokens}</span>}
        <span className="spacer" />
        <Findings diagnostics={props.diagnostics} onClick={goToNext} />
        <div className={classes.actions}>
          <AttachButton {...props.attaching} />
          {props.actions}
        </div>
      </header>
      <Attachments attachments={props.attachments} onRemove={props.onDetach} />
      <CodeEditor
        language="handlebars"
        ariaLabel={props.label}
        value={props.value}
        onChange={props.onChange}
        diagnostics={props.diagnostics}
        names={props.names}
        minHeight={props.minHeight ?? 56}
        view={view}
      />
    </section>
  );
}

function Findings({
  diagnostics,
  onClick,
}: {
  diagnostics: readonly EditorDiagnostic[];
  onClick: () => void;
}) {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  if (errors + warnings === 0) return null;
  const text = errors > 0 ? texts.problems(errors) : texts.warnings(warnings);
  return (
    <Tooltip label={`${texts.nextProblem} (F8)`}>
      <UnstyledButton
        className={classes.findings}
        data-severity={errors > 0 ? 'error' : 'warning'}
        onClick={onClick}
      >
        <IconAlertTriangle size={14} aria-hidden />
        {text}
      </UnstyledButton>
    </Tooltip>
  );
}

/** A message with its role, its attachments and its template. */
export function MessageCard(props: {
  readonly number: number;
  readonly message: Message;
  readonly onChange: (part: Partial<Message>) => void;
  /** Changes the attachments that the message has by then: others may have come in the meantime. */
  readonly onAttachments: (next: (now: Attachment[]) => Attachment[]) => void;
  readonly tokens: string | null;
  readonly actions: ReactNode;
  readonly diagnostics: readonly EditorDiagnostic[];
  readonly names: readonly KnownName[];
}) {
  const { number, message, onChange, onAttachments, ...shared } = props;
  const { role, template, attachments = [] } = message;
  const attaching = useAttaching(attachments.length, (added) => onAttachments((now) => [...now, ...added]));
  const detach = (at: number) => {
    const removed = attachments[at];
    if (removed === undefined) return;
    onAttachments((now) => without(now, at));
    notifyUndo(texts.attachments.removed(removed.name), () => {
      onAttachments((now) => inserted(now, at, removed));
      return Promise.resolve();
    });
  };
  return (
    <TemplateCard
      {...shared}
      label={texts.message(number, texts.roles[role])}
      title={<RoleMenu number={number} role={role} onChange={(next) => onChange({ role: next })} />}
      value={template}
      onChange={(next) => onChange({ template: next })}
      attaching={attaching}
      attachments={attachments}
      onDetach={detach}
    />
  );
}

/** The role of a message, to be changed by a menu. */
function RoleMenu(props: {
  readonly number: number;
  readonly role: Role;
  readonly onChange: (role: Role) => void;
}) {
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <UnstyledButton
          className={classes.role}
          aria-label={`${texts.roleOf(props.number)}: ${texts.roles[props.role]}`}
        >
          {texts.roles[props.role]}
          <IconChevronDown size={12} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {roles.map((role) => (
          <Menu.Item
            key={role}
            onClick={() => props.onChange(role)}
            rightSection={role === props.role ? <IconCheck size={14} aria-hidden /> : null}
          >
            {texts.roles[role]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What can be done with a message. */
export function MessageActions(props: {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onMove: (by: -1 | 1) => void;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
}) {
  const actions = [
    { label: texts.moveUp, icon: IconArrowUp, onClick: () => props.onMove(-1), disabled: props.isFirst },
    { label: texts.moveDown, icon: IconArrowDown, onClick: () => props.onMove(1), disabled: props.isLast },
    { label: texts.duplicate, icon: IconCopy, onClick: props.onDuplicate, disabled: false },
    { label: texts.remove, icon: IconTrash, onClick: props.onRemove, disabled: false },
  ];
  return (
    <>
      {actions.map(({ label, icon: Icon, onClick, disabled }) => (
        <Tooltip key={label} label={label}>
          <ActionIcon size={24} aria-label={label} onClick={onClick} disabled={disabled}>
            <Icon size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </>
  );
}
