import type { ReactNode } from 'react';
import classes from './Chip.module.css';

/** A short word with a tint. The word says it all: the tint only helps. */
export function Chip({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'good' | 'warn' | 'bad' | 'accent';
  children: ReactNode;
}) {
  return <span className={`${classes.chip ?? ''} ${classes[tone] ?? ''}`}>{children}</span>;
}
