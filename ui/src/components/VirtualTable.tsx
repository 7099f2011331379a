import type { ReactNode, RefObject } from 'react';
import type { VirtualRows } from '../lib/useVirtualRows';
import classes from './VirtualTable.module.css';

interface Props<Column extends string> {
  readonly name: string;
  /** The box in which the rows are scrolled. */
  readonly scroll: RefObject<HTMLDivElement | null>;
  readonly rows: VirtualRows;
  /** The rows that there are; `null` while more may follow. */
  readonly count: number | null;
  readonly columns: readonly Column[];
  readonly labels: Readonly<Record<Column, ReactNode>>;
  /** The class of each column, and of the table. */
  readonly styles: Readonly<Record<string, string>>;
  /** The row with this index, which it has as `data-index`. */
  readonly children: (index: number) => ReactNode;
}

/** Rows of which only those on screen are drawn. Arrow keys go from row to row. */
export function VirtualTable<Column extends string>(props: Props<Column>) {
  const { name, scroll, rows, count, columns, labels, styles, children } = props;
  const gap = (height: number) =>
    height > 0 && (
      <tr aria-hidden>
        <td colSpan={columns.length} className={classes.gap} style={{ height }} />
      </tr>
    );
  return (
    <div className={classes.scroll} ref={scroll}>
      <table
        className={`${classes.table ?? ''} ${styles['table'] ?? ''}`}
        aria-rowcount={count === null ? -1 : count + 1}
        aria-label={name}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column} className={styles[column]} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column} scope="col" className={styles[column]}>
                {labels[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={rows.onKeyDown}>
          {gap(rows.before)}
          {rows.drawn.map((index) => children(index))}
          {gap(rows.after)}
        </tbody>
      </table>
    </div>
  );
}
