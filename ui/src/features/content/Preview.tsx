import { Button, Tooltip } from '@mantine/core';
import { IconLayoutSidebarRight } from '@tabler/icons-react';
import { useCallback } from 'react';
import { Keys } from '../../components/Keys';
import { commandTexts } from '../../app/commands.texts';
import { Stored, useStored } from '../../lib/stored';
import { contentTexts as texts } from './texts';

const stored = new Stored<boolean>('formaops.preview', (kept) => kept === true);

/** Whether the preview is shown with the editor, remembered for all prompts. */
export function usePreview(): { isOn: boolean; toggle: () => void } {
  const [isOn, setOn] = useStored(stored);
  const toggle = useCallback(() => setOn(!stored.get()), [setOn]);
  return { isOn, toggle };
}

/** Shows the preview with the editor, or hides it. */
export function PreviewSwitch({ isOn, onToggle }: { isOn: boolean; onToggle: () => void }) {
  return (
    <Tooltip
      label={
        <>
          {commandTexts.togglePreview.label} <Keys of="togglePreview" />
        </>
      }
    >
      <Button
        size="compact-sm"
        variant={isOn ? 'light' : 'subtle'}
        color={isOn ? undefined : 'gray'}
        leftSection={<IconLayoutSidebarRight size={14} aria-hidden />}
        aria-pressed={isOn}
        onClick={onToggle}
      >
        {texts.preview}
      </Button>
    </Tooltip>
  );
}
