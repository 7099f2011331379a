import type { ReactNode } from 'react';
import classes from './workspace.module.css';

/** A setting: its name, what it means, and the control that is labelled by `id`. */
export function Setting(props: { id: string; label: string; hint?: string; children: ReactNode }) {
  return (
    <div className={classes.setting}>
      <div>
        <div id={props.id}>{props.label}</div>
        {props.hint !== undefined && <div className={classes.quiet}>{props.hint}</div>}
      </div>
      {props.children}
    </div>
  );
}
