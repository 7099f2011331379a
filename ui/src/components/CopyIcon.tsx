import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { texts } from '../app/texts';

/** A button that copies a text, which may be made when it is asked for; `label` says what it copies. */
export function CopyIcon(props: {
  value: string | (() => string);
  label: string;
  /** Where several stand beside each other, what tells one from the others. */
  icon?: ReactNode;
}) {
  const { value, label, icon = <IconCopy size={14} /> } = props;
  const { copied, copy } = useClipboard({ timeout: 1000 });
  return (
    <Tooltip label={copied ? texts.actions.copied : label}>
      <ActionIcon
        size={24}
        aria-label={label}
        onClick={() => copy(typeof value === 'string' ? value : value())}
      >
        {copied ? <IconCheck size={14} /> : icon}
      </ActionIcon>
    </Tooltip>
  );
}
