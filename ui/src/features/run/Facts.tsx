import type { ReactNode } from 'react';
import { CopyIcon } from '../../components/CopyIcon';
import classes from './details.module.css';
import { runsTexts } from './runs.texts';

/** Names and their values, one below the other. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={`${classes.facts ?? ''} num`}>{children}</dl>;
}

/** One name and its value; `copy` is the whole value where the one shown is short. */
export function Fact(props: { name: string; value: string; isMono?: boolean; copy?: string }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        <span className={props.isMono === true ? 'mono' : undefined}>{props.value}</span>
        {props.copy !== undefined && (
          <CopyIcon value={props.copy} label={runsTexts.details.copyThing(props.name)} />
        )}
      </dd>
    </div>
  );
}
