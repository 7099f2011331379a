import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { switchNetwork } from '../features/egress/network';
import { networkQuery } from '../features/egress/queries';
import { openNewPrompt } from '../features/prompt/NewPrompt';
import { useCommands } from '../lib/commands';
import { undoLast, undoStack } from '../lib/notify';
import { openShortcuts } from './ShortcutSheet';

/** The commands that every screen has. */
export function useAppCommands(): void {
  const navigate = useNavigate();
  const { history } = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const offline = useQuery(networkQuery).data?.offline === true;
  const nothingToUndo = useSyncExternalStore(undoStack.subscribe, () => undoStack.isEmpty);
  useCommands({
    palette: () => spotlight.toggle(),
    shortcuts: openShortcuts,
    newPrompt: openNewPrompt,
    undo: { act: () => void undoLast(), isAvailable: !nothingToUndo },
    back: () => history.back(),
    forward: () => history.forward(),
    prompts: () => void navigate({ to: '/prompts' }),
    runs: () => void navigate({ to: '/runs' }),
    providers: () => void navigate({ to: '/settings/providers' }),
    egress: () => void navigate({ to: '/settings/egress' }),
    appearance: () => void navigate({ to: '/settings/appearance' }),
    about: () => void navigate({ to: '/settings/about' }),
    networkOff: { act: () => void switchNetwork(true), isAvailable: !offline },
    networkOn: { act: () => void switchNetwork(false), isAvailable: offline },
    light: { act: () => setColorScheme('light'), isAvailable: isDark },
    dark: { act: () => setColorScheme('dark'), isAvailable: !isDark },
  });
}
