import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconArrowLeft,
  IconArrowRight,
  IconHeartbeat,
  IconListCheck,
  IconPlayerPlay,
  IconSettings,
  IconTable,
  IconTextScan2,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { Activity, lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { NetworkSwitch } from '../features/egress/NetworkSwitch';
import { NewPrompt } from '../features/prompt/NewPrompt';
import { Transfer } from '../features/transfer/Transfer';
import { workspaceQuery } from '../features/workspace/queries';
import { Keys } from '../components/Keys';
import { commands, followKeys } from '../lib/commands';
import { shown } from '../lib/shortcuts';
import { commandTexts } from './commands.texts';
import classes from './Frame.module.css';
import { follow } from './live';
import { palette } from './paletteStore';
import { promptScreens } from './promptScreens';
import { ShortcutSheet } from './ShortcutSheet';
import { StatusBar } from './StatusBar';
import { texts } from './texts';
import { useAppCommands } from './useAppCommands';

const PromptsLayout = lazy(() => promptScreens().then((module) => ({ default: module.PromptsLayout })));

const Palette = lazy(() => import('./Palette').then((module) => ({ default: module.Palette })));

/** What stands around every screen. Prompts that were gone to stay as they are while other places are shown. */
export function Frame() {
  const [connected, setConnected] = useState(true);
  const workspace = useQuery(workspaceQuery);
  const isPrompts = useLocation({ select: (location) => location.pathname.startsWith('/prompts') });
  const [hasPrompts, setHasPrompts] = useState(isPrompts);
  if (isPrompts && !hasPrompts) setHasPrompts(true);
  useEffect(() => follow(setConnected), []);
  useEffect(followKeys, []);
  useAppCommands();
  return (
    <div className={classes.frame}>
      <header className={classes.header}>
        <Start name={workspace.data?.name ?? texts.app.name} />
        <button type="button" className={classes.search} onClick={() => palette.open()}>
          <span>{texts.header.search}</span>
          <Keys of="palette" className={classes.key} />
        </button>
        <NetworkSwitch />
      </header>
      <nav className={classes.rail} aria-label={texts.app.name}>
        <Place to="/prompts" under="/prompts" label={texts.rail.prompts} icon={<IconTextScan2 size={18} />} />
        <Place to="/runs" under="/runs" label={texts.rail.runs} icon={<IconPlayerPlay size={18} />} />
        <Place to="/datasets" under="/datasets" label={texts.rail.datasets} icon={<IconTable size={18} />} />
        <Place to="/suites" under="/suites" label={texts.rail.suites} icon={<IconListCheck size={18} />} />
        <span className="spacer" />
        <Place to="/health" under="/health" label={texts.rail.health} icon={<IconHeartbeat size={18} />} />
        <Place
          to="/settings/providers"
          under="/settings"
          label={texts.rail.settings}
          icon={<IconSettings size={18} />}
        />
      </nav>
      <main className={classes.main}>
        {hasPrompts && (
          <Activity mode={isPrompts ? 'visible' : 'hidden'}>
            <Suspense>
              <PromptsLayout />
            </Suspense>
          </Activity>
        )}
        {!isPrompts && (
          <Suspense>
            <Outlet />
          </Suspense>
        )}
      </main>
      <StatusBar connected={connected} />
      <Suspense>
        <Palette />
      </Suspense>
      <NewPrompt />
      <Transfer />
      <ShortcutSheet />
    </div>
  );
}

/** The way back and forward, which a window has nowhere else, and the name of the workspace. */
function Start({ name }: { name: string }) {
  const { history } = useRouter();
  const back = `${commandTexts.back.label} (${commands.keysOf('back').map((keys) => shown(keys))[0] ?? ''})`;
  const forward = `${commandTexts.forward.label} (${commands.keysOf('forward').map((keys) => shown(keys))[0] ?? ''})`;
  return (
    <div className={classes.start}>
      <ActionIcon size="sm" aria-label={texts.header.back} title={back} onClick={() => history.back()}>
        <IconArrowLeft size={16} />
      </ActionIcon>
      <ActionIcon
        size="sm"
        aria-label={texts.header.forward}
        title={forward}
        onClick={() => history.forward()}
      >
        <IconArrowRight size={16} />
      </ActionIcon>
      <b>{name}</b>
    </div>
  );
}

/** A link of the rail; it is marked at every place `under` its path. */
function Place({ to, under, label, icon }: { to: string; under: string; label: string; icon: ReactNode }) {
  const isHere = useLocation({ select: (location) => location.pathname.startsWith(under) });
  return (
    <Tooltip label={label} position="right">
      <Link to={to} className={classes.place} aria-label={label} data-here={isHere}>
        {icon}
      </Link>
    </Tooltip>
  );
}
