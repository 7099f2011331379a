import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconGripVertical } from '@tabler/icons-react';
import { type KeyboardEvent, memo, type Ref, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Message, Role } from '../../bindings/types';
import { isMac } from '../../lib/shortcuts';
import { notifyUndo } from '../../lib/notify';
import type { Desk } from '../prompt/desk';
import { useAttaching } from './Attachments';
import { inserted, without } from './body';
import classes from './ContentEditor.module.css';
import type { EditorDiagnostic } from './editor/diagnostics';
import { act, MessageActions } from './MessageActions';
import { RoleMenu } from './RoleMenu';
import { shortcutOf } from './shortcuts';
import { type SharedByTemplates, TemplateCard } from './TemplateCard';
import { useTemplate } from './template';
import { contentTexts as texts } from './texts';
import { Tokens } from './Tokens';
import type { MessageEdits, Wanted } from './useMessages';

/** A message with its role, its attachments and its template. What is typed into another does not draw it again. */
export const MessageCard = memo(function MessageCard(
  props: SharedByTemplates & {
    /** Its key, by which it is dragged. */
    readonly id: number;
    readonly at: number;
    readonly isLast: boolean;
    readonly desk: Desk;
    /** Without its words, which only its editor follows. */
    readonly message: Message;
    readonly edits: MessageEdits;
    readonly diagnostics: readonly EditorDiagnostic[];
    /** Set where the cursor belongs here after a change. */
    readonly wanted: Wanted | null;
  },
) {
  const { id, at, isLast, message, edits, wanted } = props;
  const { role, attachments = [] } = message;
  const template = useTemplate(props.desk, at);
  const [isFolded, setFolded] = useState(false);
  const drag = useSortable({ id });
  const element = useRef<HTMLDivElement | null>(null);
  const attaching = useAttaching(attachments.length, (added) =>
    edits.setAttachments(at, (now) => [...now, ...added]),
  );
  const setRole = useCallback((next: Role) => edits.set(at, { role: next }), [edits, at]);
  const number = at + 1;

  useEffect(() => {
    if (wanted !== null) element.current?.querySelector<HTMLElement>('.cm-content')?.focus();
  }, [wanted]);

  const detach = (index: number) => {
    const removed = attachments[index];
    if (removed === undefined) return;
    edits.setAttachments(at, (now) => without(now, index));
    notifyUndo(texts.attachments.removed(removed.name), () => {
      edits.setAttachments(at, (now) => inserted(now, index, removed));
      return Promise.resolve();
    });
  };
  const foldButton = useRef<HTMLButtonElement>(null);
  const isFoldedByKeys = useRef(false);
  // What has the focus is hidden by then, or shown again.
  useEffect(() => {
    if (!isFoldedByKeys.current) return;
    isFoldedByKeys.current = false;
    if (isFolded) foldButton.current?.focus();
    else element.current?.querySelector<HTMLElement>('.cm-content')?.focus();
  }, [isFolded]);
  const onKeyDown = (event: KeyboardEvent) => {
    const pressed = shortcutOf(event, 'message', isMac);
    if (pressed === null) return;
    event.preventDefault();
    if (pressed === 'fold') {
      isFoldedByKeys.current = true;
      setFolded(!isFolded);
    } else act(edits, pressed, at);
  };
  // What was done last with the messages is taken back before what was typed into one of them.
  const onKeyDownCapture = (event: KeyboardEvent) => {
    if (shortcutOf(event, 'editor', isMac) !== 'undo' || !edits.undo()) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const { attributes, listeners, setActivatorNodeRef, isDragging } = drag;
  const lead = useMemo(
    () => (
      <Lead
        label={texts.drag(number, texts.roles[role])}
        foldLabel={texts.fold(number, texts.roles[role])}
        isFolded={isFolded}
        onFold={() => setFolded((now) => !now)}
        foldRef={foldButton}
        handle={{ ...attributes, ...listeners, ref: setActivatorNodeRef }}
      />
    ),
    [number, role, isFolded, attributes, listeners, setActivatorNodeRef],
  );
  return (
    <div
      ref={(node) => {
        drag.setNodeRef(node);
        element.current = node;
      }}
      className={classes.message}
      data-dragging={isDragging || undefined}
      style={{ transform: CSS.Translate.toString(drag.transform), transition: drag.transition }}
      onKeyDown={onKeyDown}
      onKeyDownCapture={onKeyDownCapture}
    >
      <TemplateCard
        around={props.around}
        renaming={props.renaming}
        label={texts.message(number, texts.roles[role])}
        lead={lead}
        title={<RoleMenu number={number} role={role} onChange={setRole} />}
        tokens={<Tokens checked={props.desk.checked} at={at} />}
        actions={<MessageActions at={at} isFirst={at === 0} isLast={isLast} edits={edits} />}
        template={template}
        onChange={(next) => edits.set(at, { template: next })}
        diagnostics={props.diagnostics}
        attaching={attaching}
        attachments={attachments}
        onDetach={detach}
        isFolded={isFolded}
      />
    </div>
  );
});

/** The handle by which a message is dragged, and the button that folds it. */
function Lead({
  label,
  foldLabel,
  isFolded,
  onFold,
  foldRef,
  handle,
}: {
  readonly label: string;
  readonly foldLabel: string;
  readonly isFolded: boolean;
  readonly onFold: () => void;
  readonly foldRef: Ref<HTMLButtonElement>;
  readonly handle: object;
}) {
  const Chevron = isFolded ? IconChevronRight : IconChevronDown;
  return (
    <span className={classes.lead}>
      <button type="button" {...handle} className={classes.handle} aria-label={label}>
        <IconGripVertical size={14} aria-hidden />
      </button>
      <ActionIcon ref={foldRef} size={24} aria-label={foldLabel} aria-expanded={!isFolded} onClick={onFold}>
        <Chevron size={14} aria-hidden />
      </ActionIcon>
    </span>
  );
}
