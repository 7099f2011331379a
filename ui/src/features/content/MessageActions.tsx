import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDots,
  IconRowInsertBottom,
  IconRowInsertTop,
  IconTrash,
} from '@tabler/icons-react';
import { memo } from 'react';
import { shown } from '../../lib/shortcuts';
import classes from './ContentEditor.module.css';
import { contentShortcuts, type ContentShortcut } from './shortcuts';
import { contentTexts as texts } from './texts';
import type { MessageEdits } from './useMessages';

/** What can be done with a message, but for what it says. */
export const MessageActions = memo(function MessageActions(props: {
  readonly at: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly edits: MessageEdits;
}) {
  const { at, edits } = props;
  const actions = [
    { id: 'moveUp', label: texts.moveUp, icon: IconArrowUp, disabled: props.isFirst },
    { id: 'moveDown', label: texts.moveDown, icon: IconArrowDown, disabled: props.isLast },
    { id: 'duplicate', label: texts.duplicate, icon: IconCopy, disabled: false },
    { id: 'remove', label: texts.remove, icon: IconTrash, disabled: false },
  ] as const;
  const adding = [
    { id: 'addBefore', label: texts.addBefore, icon: IconRowInsertTop, disabled: false },
    { id: 'addAfter', label: texts.addAfter, icon: IconRowInsertBottom, disabled: false },
  ] as const;
  return (
    <>
      {actions.map(({ id, label, icon: Icon, disabled }) => (
        <Tooltip key={id} label={`${label} (${keysOf(id)})`}>
          <ActionIcon
            className={classes.whereRoom}
            size={24}
            aria-label={label}
            disabled={disabled}
            onClick={() => act(edits, id, at)}
          >
            <Icon size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon size={24} aria-label={texts.more}>
            <IconDots size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {[...adding, ...actions].map(({ id, label, icon: Icon, disabled }) => (
            <Menu.Item
              key={id}
              leftSection={<Icon size={14} aria-hidden />}
              rightSection={<kbd>{keysOf(id)}</kbd>}
              disabled={disabled}
              onClick={() => act(edits, id, at)}
            >
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
});

function keysOf(id: ContentShortcut['id']): string {
  const [keys = ''] = contentShortcuts.find((shortcut) => shortcut.id === id)?.keys ?? [];
  return shown(keys);
}

/** Does what a shortcut or a button says with the message at a place; tells whether it is about messages. */
export function act(edits: MessageEdits, id: ContentShortcut['id'], at: number): boolean {
  switch (id) {
    case 'addBefore':
      edits.add(at);
      return true;
    case 'addAfter':
      edits.add(at + 1);
      return true;
    case 'moveUp':
      edits.move(at, at - 1);
      return true;
    case 'moveDown':
      edits.move(at, at + 1);
      return true;
    case 'duplicate':
      edits.duplicate(at);
      return true;
    case 'remove':
      edits.remove(at);
      return true;
    default:
      return false;
  }
}
