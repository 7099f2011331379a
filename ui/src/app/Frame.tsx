import { Tooltip } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconPlayerPlay, IconSettings, IconTextScan2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { NetworkSwitch } from '../features/egress/NetworkSwitch';
import { NewPrompt } from '../features/prompt/NewPrompt';
import { workspaceQuery } from '../features/workspace/queries';
import { Keys } from '../components/Keys';
import { followKeys } from '../lib/commands';
import classes from './Frame.module.css';
import { follow } from './live';
import { Palette } from './Palette';
import { ShortcutSheet } from './ShortcutSheet';
import { StatusBar } from './StatusBar';
import { texts } from './texts';
import { useAppCommands } from './useAppCommands';

/** What stands around every screen. */
export function Frame() {
  const [connected, setConnected] = useState(true);
  const workspace = useQuery(workspaceQuery);
  useEffect(() => follow(setConnected), []);
  useEffect(followKeys, []);
  useAppCommands();
  return (
    <div className={classes.frame}>
      <header className={classes.header}>
        <b>{workspace.data?.name ?? texts.app.name}</b>
        <button type="button" className={classes.search} onClick={() => spotlight.open()}>
          <span>{texts.header.search}</span>
          <Keys of="palette" className={classes.key} />
        </button>
        <NetworkSwitch />
      </header>
      <nav className={classes.rail} aria-label={texts.app.name}>
        <Place to="/prompts" under="/prompts" label={texts.rail.prompts} icon={<IconTextScan2 size={18} />} />
        <Place to="/runs" under="/runs" label={texts.rail.runs} icon={<IconPlayerPlay size={18} />} />
        <span className="spacer" />
        <Place
          to="/settings/providers"
          under="/settings"
          label={texts.rail.settings}
          icon={<IconSettings size={18} />}
        />
      </nav>
      <main className={classes.main}>
        <Outlet />
      </main>
      <StatusBar connected={connected} />
      <Palette />
      <NewPrompt />
      <ShortcutSheet />
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
