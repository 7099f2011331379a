import { Button, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconLayoutSidebarRight } from '@tabler/icons-react';
import { useCallback, useEffect } from 'react';
import { isMac, keyNames } from '../../lib/keys';
import { contentShortcuts, shortcutOf } from './shortcuts';
import { contentTexts as texts } from './texts';

const keys = contentShortcuts.find(({ id }) => id === 'preview')?.keys[0] ?? '';

/** Whether the preview is shown with the editor, remembered for all prompts. */
export function usePreview(): { isOn: boolean; toggle: () => void } {
  const [isOn, setOn] = useLocalStorage({
    key: 'formaops.preview',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const toggle = useCallback(() => setOn((now) => !now), [setOn]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (shortcutOf(event, 'prompt', isMac) !== 'preview') return;
      event.preventDefault();
      toggle();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [toggle]);
  return { isOn, toggle };
}

/** Shows the preview with the editor, or hides it. */
export function PreviewSwitch({ isOn, onToggle }: { isOn: boolean; onToggle: () => void }) {
  return (
    <Tooltip label={`${texts.shortcuts.preview} (${keyNames(keys)})`}>
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
