import {
  IconBrush,
  IconCoin,
  IconDatabase,
  IconFolderSymlink,
  IconGauge,
  IconHistory,
  IconInfoCircle,
  IconPencil,
  IconPlugConnected,
  IconWorldUpload,
} from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const PLACES = [
  { to: '/settings/providers', name: 'providers', Icon: IconPlugConnected },
  { to: '/settings/budgets', name: 'budgets', Icon: IconCoin },
  { to: '/settings/egress', name: 'egress', Icon: IconWorldUpload },
  { to: '/settings/audit', name: 'audit', Icon: IconHistory },
  { to: '/settings/engine', name: 'engine', Icon: IconGauge },
  { to: '/settings/appearance', name: 'appearance', Icon: IconBrush },
  { to: '/settings/editor', name: 'editor', Icon: IconPencil },
  { to: '/settings/folder', name: 'folder', Icon: IconFolderSymlink },
  { to: '/settings/data', name: 'data', Icon: IconDatabase },
  { to: '/settings/about', name: 'about', Icon: IconInfoCircle },
] as const;

/** A settings screen beside the list of them. */
export function SettingsLayout() {
  const { nav, settings } = workspaceTexts;
  return (
    <div className={classes.layout}>
      <nav className={classes.nav} aria-label={settings}>
        {PLACES.map(({ to, name, Icon }) => (
          <Link key={to} to={to} className={classes.place}>
            <Icon size={16} aria-hidden /> {nav[name]}
          </Link>
        ))}
      </nav>
      <div className={classes.content}>
        <Outlet />
      </div>
    </div>
  );
}
