import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore } from 'react';
import { switchNetwork } from '../features/egress/network';
import { networkQuery } from '../features/egress/queries';
import { keyStoreQuery } from '../features/key/queries';
import { lockVault, openVault } from '../features/key/vault';
import { openNewPrompt } from '../features/prompt/NewPrompt';
import { openExport, openImport } from '../features/transfer/open';
import { useCommands } from '../lib/commands';
import { host } from '../host';
import { LEAST_ZOOM, MOST_ZOOM, OWN_ZOOM, useZoom, zoom } from '../lib/zoom';
import { chooseFromMenu } from './menu';
import { undoLast, undoStack } from '../lib/notify';
import { palette } from './paletteStore';
import { openShortcuts } from './ShortcutSheet';

/** The commands that every screen has. */
export function useAppCommands(): void {
  const navigate = useNavigate();
  const { history } = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const offline = useQuery(networkQuery).data?.offline === true;
  // Whoever opens it says so; before, it is not asked for.
  const vault = useQuery({ ...keyStoreQuery, enabled: false }).data?.vault;
  const percent = useZoom();
  const { toggleFullScreen } = host;
  const goToSuite = (id: string) => navigate({ to: '/suites/$id', params: { id } });
  useEffect(() => zoom.apply(), []);
  useEffect(() => host.onMenu(chooseFromMenu), []);
  const nothingToUndo = useSyncExternalStore(undoStack.subscribe, () => undoStack.isEmpty);
  useCommands({
    palette: palette.toggle,
    shortcuts: openShortcuts,
    newPrompt: openNewPrompt,
    importPrompts: openImport,
    exportPrompts: () => openExport(),
    undo: { act: () => void undoLast(), isAvailable: !nothingToUndo },
    back: () => history.back(),
    forward: () => history.forward(),
    prompts: () => void navigate({ to: '/prompts' }),
    runs: () => void navigate({ to: '/runs' }),
    datasets: () => void navigate({ to: '/datasets' }),
    suites: () => void navigate({ to: '/suites' }),
    newSuite: () => void import('../features/suite/acts').then(({ askForSuite }) => askForSuite(goToSuite)),
    health: () => void navigate({ to: '/health' }),
    providers: () => void navigate({ to: '/settings/providers' }),
    budgets: () => void navigate({ to: '/settings/budgets' }),
    // What adds one stands where they are listed.
    addProvider: () => void navigate({ to: '/settings/providers' }),
    addKey: () => void navigate({ to: '/settings/providers' }),
    unlockVault: { act: () => void openVault(), isAvailable: vault !== 'open' },
    lockVault: { act: () => void lockVault(), isAvailable: vault === 'open' },
    newApiKey: () => void navigate({ to: '/settings/about' }),
    egress: () => void navigate({ to: '/settings/egress' }),
    audit: () => void navigate({ to: '/settings/audit' }),
    engine: () => void navigate({ to: '/settings/engine' }),
    appearance: () => void navigate({ to: '/settings/appearance' }),
    editor: () => void navigate({ to: '/settings/editor' }),
    folder: () => void navigate({ to: '/settings/folder' }),
    data: () => void navigate({ to: '/settings/data' }),
    about: () => void navigate({ to: '/settings/about' }),
    ...(host.setZoom !== null && {
      zoomIn: { act: () => zoom.step(1), isAvailable: percent < MOST_ZOOM },
      zoomOut: { act: () => zoom.step(-1), isAvailable: percent > LEAST_ZOOM },
      zoomReset: { act: () => zoom.set(OWN_ZOOM), isAvailable: percent !== OWN_ZOOM },
    }),
    ...(toggleFullScreen !== null && { fullScreen: () => void toggleFullScreen() }),
    networkOff: { act: () => void switchNetwork(true), isAvailable: !offline },
    networkOn: { act: () => void switchNetwork(false), isAvailable: offline },
    light: { act: () => setColorScheme('light'), isAvailable: isDark },
    dark: { act: () => setColorScheme('dark'), isAvailable: !isDark },
  });
}
