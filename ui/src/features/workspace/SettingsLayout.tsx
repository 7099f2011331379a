import { IconBrush, IconInfoCircle, IconPlugConnected, IconWorldUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { workspaceTexts } from './texts';
import classes from './workspace.module.css';

const ICON = { size: 16, 'aria-hidden': true } as const;

/** A settings screen beside the list of them. */
export function SettingsLayout({ children }: { children: ReactNode }) {
  const { nav, settings } = workspaceTexts;
  return (
    <div className={classes.layout}>
      <nav className={classes.nav} aria-label={settings}>
        <Link to="/settings/providers" className={classes.place}>
          <IconPlugConnected {...ICON} /> {nav.providers}
        </Link>
        <Link to="/settings/egress" className={classes.place}>
          <IconWorldUpload {...ICON} /> {nav.egress}
        </Link>
        <Link to="/settings/appearance" className={classes.place}>
          <IconBrush {...ICON} /> {nav.appearance}
        </Link>
        <Link to="/settings/about" className={classes.place}>
          <IconInfoCircle {...ICON} /> {nav.about}
        </Link>
      </nav>
      <div className={classes.content}>{children}</div>
    </div>
  );
}
