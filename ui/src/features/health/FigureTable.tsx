import type { ReactNode } from 'react';
import classes from './health.module.css';

interface Props {
  readonly title: string;
  readonly columns: Readonly<Record<string, string>>;
  /** The rows. */
  readonly children: ReactNode;
}

/** A table of figures, which scrolls by itself where it is wider than the screen. */
export function FigureTable({ title, columns, children }: Props) {
  return (
    <div className={classes.tableBox} tabIndex={0} role="region" aria-label={title}>
      <table className={classes.table}>
        <thead>
          <tr>
            {Object.values(columns).map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
