import { type CSSProperties, useMemo, useRef } from 'react';
import type { Column } from '../../bindings/types';
import { VirtualTable } from '../../components/VirtualTable';
import { count } from '../../lib/format';
import { useVirtualRows } from '../../lib/useVirtualRows';
import { cellText, type DraftRow } from './draft';
import classes from './dataset.module.css';
import { datasetTexts as words } from './texts';

/** The height of a row, in pixels. */
const ROW = 34;
/** The most characters of a cell that are put into the page. */
const MOST = 200;

interface Props {
  readonly name: string;
  readonly rows: readonly DraftRow[];
  readonly columns: readonly Column[];
  readonly onOpen: (row: DraftRow) => void;
  /** Reads more, where there is more. */
  readonly onMore: (() => void) | null;
}

/** Cases as rows with a cell for each column. Only those on screen are drawn. */
export function CaseTable({ name, rows, columns, onOpen, onMore }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const drawn = useVirtualRows(scroll, rows.length, ROW, onMore);
  const keys = useMemo(() => ['position', ...columns.map(keyOf), 'name', 'checks'], [columns]);
  const labels = useMemo(() => {
    const named = columns.map((column) => [keyOf(column), labelOf(column)]);
    return Object.fromEntries([
      ['position', words.position],
      ...named,
      ['name', words.name],
      ['checks', words.checks],
    ]) as Record<string, string>;
  }, [columns]);
  return (
    <div className={classes.wide} style={{ '--columns': columns.length + 2 } as CSSProperties}>
      <VirtualTable
        name={name}
        scroll={scroll}
        rows={drawn}
        count={onMore === null ? rows.length : null}
        columns={keys}
        labels={labels}
        styles={classes}
      >
        {(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          const label = row.added === null ? count(row.case.position + 1) : words.fresh;
          return (
            <tr
              key={row.added === null ? row.case.position : `new${row.added}`}
              className={row.added === null ? undefined : classes.fresh}
              data-index={index}
              aria-rowindex={index + 2}
              style={{ height: ROW }}
              onClick={() => onOpen(row)}
            >
              <td className={classes.position}>
                <button
                  type="button"
                  className={classes.open}
                  data-index={index}
                  tabIndex={index === drawn.current ? 0 : -1}
                  aria-label={words.openCase(label)}
                  onClick={(click) => {
                    click.stopPropagation();
                    onOpen(row);
                  }}
                >
                  {label}
                </button>
              </td>
              {columns.map((column) => (
                <td key={keyOf(column)}>{cellText(row.case, column).slice(0, MOST)}</td>
              ))}
              <td>{row.case.name}</td>
              <td>{row.case.validations?.map((validation) => validation.name).join(', ')}</td>
            </tr>
          );
        }}
      </VirtualTable>
    </div>
  );
}

const keyOf = ({ kind, name }: Column) => `${kind}:${name}`;
const labelOf = ({ kind, name }: Column) => (kind === 'expected' ? words.expected : name);
