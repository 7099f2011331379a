import { type CSSProperties, type ReactNode, useMemo, useRef, useState } from 'react';
import type { Case, Column } from '../../bindings/types';
import { VirtualTable } from '../../components/VirtualTable';
import { count } from '../../lib/format';
import { useVirtualRows } from '../../lib/useVirtualRows';
import { CellEditor } from './CellEditor';
import { ColumnHead, labelOf } from './ColumnHead';
import { cellText, type DraftRow, withCell } from './draft';
import classes from './dataset.module.css';
import { datasetTexts as words } from './texts';

/** The height of a row, in pixels. */
const ROW = 34;
/** The most characters of a cell that are put into the page. */
const MOST = 200;

interface Edits {
  /** Opens all cells of a row. */
  readonly onOpen: (row: DraftRow) => void;
  readonly onKeep: (row: DraftRow, next: Case) => void;
  readonly onRename: (column: Column) => void;
  readonly onRemove: (column: Column) => void;
}

interface Props {
  readonly name: string;
  readonly rows: readonly DraftRow[];
  readonly columns: readonly Column[];
  /** What can be changed; `null` where nothing can. */
  readonly edits: Edits | null;
  /** Reads more, where there is more. */
  readonly onMore: (() => void) | null;
}

/** Cases as rows with a cell for each column. Only those on screen are drawn. */
export function CaseTable({ name, rows, columns, edits, onMore }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const [edited, setEdited] = useState<{ readonly row: string; readonly column: string } | null>(null);
  const drawn = useVirtualRows(scroll, rows.length, ROW, onMore);
  const keys = useMemo(() => ['position', ...columns.map(keyOf), 'name', 'checks'], [columns]);
  const labels = useMemo(() => {
    const headOf = (column: Column): ReactNode =>
      edits === null ? (
        labelOf(column)
      ) : (
        <ColumnHead column={column} onRename={edits.onRename} onRemove={edits.onRemove} />
      );
    return Object.fromEntries<ReactNode>([
      ['position', words.position],
      ...columns.map((column): [string, ReactNode] => [keyOf(column), headOf(column)]),
      ['name', words.name],
      ['checks', words.checks],
    ]);
  }, [columns, edits]);
  const cell = (row: DraftRow, place: string, label: string, column: Column, at: number) => {
    const text = cellText(row.case, column);
    const isEdited = edited?.row === place && edited.column === keyOf(column);
    const next = (step: 1 | -1) => {
      const other = columns[at + step];
      setEdited(other === undefined ? null : { row: place, column: keyOf(other) });
    };
    if (isEdited && edits !== null) {
      return (
        <td key={keyOf(column)} className={classes.edited}>
          <CellEditor
            label={words.cellOf(labelOf(column), label)}
            text={text}
            onKeep={(typed) => {
              const changed = withCell(row.case, column, typed);
              if (changed !== null) edits.onKeep(row, changed);
              return changed !== null;
            }}
            onNext={next}
            onClose={() => setEdited(null)}
          />
        </td>
      );
    }
    return (
      <td
        key={keyOf(column)}
        className={edits === null ? undefined : classes.editable}
        onClick={edits === null ? undefined : () => setEdited({ row: place, column: keyOf(column) })}
      >
        {text.slice(0, MOST)}
      </td>
    );
  };
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
          const place = row.added === null ? String(row.case.position) : `new${row.added}`;
          return (
            <tr
              key={place}
              className={row.added === null ? undefined : classes.fresh}
              data-index={index}
              aria-rowindex={index + 2}
              style={{ height: ROW }}
            >
              <td className={classes.position}>
                {edits === null ? (
                  label
                ) : (
                  <button
                    type="button"
                    className={classes.open}
                    data-index={index}
                    tabIndex={index === drawn.current ? 0 : -1}
                    aria-label={words.openCase(label)}
                    onClick={() => edits.onOpen(row)}
                  >
                    {label}
                  </button>
                )}
              </td>
              {columns.map((column, at) => cell(row, place, label, column, at))}
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
