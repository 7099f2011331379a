import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Button } from '@mantine/core';
import { IconAlignLeft, IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Message } from '../../bindings/types';
import { useCommands } from '../../lib/commands';
import type { Desk, WorkActions } from '../prompt/desk';
import { toText } from './body';
import classes from './ContentEditor.module.css';
import { EngineChoice } from './EngineChoice';
import { CLEAN, type Findings } from './findings';
import { MessageCard } from './MessageCard';
import type { SharedByTemplates } from './TemplateCard';
import { contentTexts as texts } from './texts';
import { useMessages } from './useMessages';

// The very same each time, or every message would be drawn again with each keystroke.
const byPointer = { activationConstraint: { distance: 4 } };
const byKeys = { coordinateGetter: sortableKeyboardCoordinates };

/** The messages of a prompt, to be written and put in order. */
export function MessagesBody(
  props: SharedByTemplates & {
    readonly desk: Desk;
    /** Without their words, which only their editors follow. */
    readonly messages: readonly Message[];
    readonly found: Findings;
    readonly actions: WorkActions;
  },
) {
  const { desk, messages, found, actions, around, renaming } = props;
  const { keys, edits, wanted } = useMessages(messages.length, actions);
  const sensors = useSensors(useSensor(PointerSensor, byPointer), useSensor(KeyboardSensor, byKeys));
  const accessibility = useMemo(
    () => ({ announcements: announcements(keys), screenReaderInstructions: { draggable: texts.dragHow } }),
    [keys],
  );
  const ids = useMemo(() => [...keys], [keys]);
  const put = ({ active, over }: DragEndEvent) => {
    if (over !== null && over.id !== active.id) edits.move(placeOf(keys, active.id), placeOf(keys, over.id));
  };
  return (
    <>
      {messages.length === 0 && <p className={classes.empty}>{texts.noMessages}</p>}
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        accessibility={accessibility}
        onDragEnd={put}
      >
        <SortableContext items={ids} strategy={verticalListSortingStrategy}>
          {messages.map((message, at) => (
            <MessageCard
              key={keys[at]}
              id={keys[at] ?? at}
              at={at}
              isLast={at === messages.length - 1}
              desk={desk}
              message={message}
              edits={edits}
              diagnostics={found[`messages[${at}]`] ?? CLEAN}
              around={around}
              renaming={renaming}
              wanted={wanted?.at === at ? wanted : null}
            />
          ))}
        </SortableContext>
      </DndContext>
      <Tools desk={desk} messages={messages} actions={actions} onAdd={() => edits.add(messages.length)} />
    </>
  );
}

function Tools(props: {
  readonly desk: Desk;
  readonly messages: readonly Message[];
  readonly actions: WorkActions;
  readonly onAdd: () => void;
}) {
  const hasAttachments = props.messages.some(({ attachments = [] }) => attachments.length > 0);
  const toOneText = () =>
    props.actions.setContent((now) =>
      now.body.kind === 'messages' ? { ...now, body: toText(now.body.messages) } : now,
    );
  useCommands({
    addMessage: props.onAdd,
    asText: { act: toOneText, isAvailable: !hasAttachments },
  });
  return (
    <div className={classes.tools}>
      <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={props.onAdd}>
        {texts.addMessage}
      </Button>
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconAlignLeft size={14} aria-hidden />}
        disabled={hasAttachments}
        title={hasAttachments ? texts.asTextAttached : undefined}
        onClick={toOneText}
      >
        {texts.asText}
      </Button>
      <span className="spacer" />
      <EngineChoice desk={props.desk} />
    </div>
  );
}

function placeOf(keys: readonly number[], id: UniqueIdentifier): number {
  return keys.indexOf(Number(id));
}

function announcements(keys: readonly number[]): Announcements {
  const number = (id: UniqueIdentifier) => placeOf(keys, id) + 1;
  return {
    onDragStart: ({ active }) => texts.dragged.taken(number(active.id)),
    onDragOver: ({ active, over }) => {
      if (over === null) return undefined;
      const isHome = over.id === active.id;
      return isHome
        ? texts.dragged.taken(number(active.id))
        : texts.dragged.over(number(over.id), keys.length);
    },
    onDragEnd: ({ over }) =>
      over === null ? texts.dragged.left : texts.dragged.put(number(over.id), keys.length),
    onDragCancel: () => texts.dragged.left,
  };
}
