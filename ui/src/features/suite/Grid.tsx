import { VisuallyHidden } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import type { Execution, GridRow, Run, RunSummary } from '../../bindings/types';
import { notifyError } from '../../lib/notify';
import { rate } from '../rating/rate';
import { gridRating } from '../rating/shortcuts';
import { GridAnswer } from './GridAnswer';
import { GridCase } from './GridCase';
import { GridHead } from './GridHead';
import classes from './grid.module.css';
import { cellsOf, shownOf } from './figures';
import { HEIGHTS, HEIGHT_KEYS, type Height } from './heights';
import type { ColumnName } from './show';
import { suiteTexts } from './texts';
import { type GridCell, gridStep, useGridPlace } from './useGridPlace';

const words = suiteTexts.grid;

const HEAD_HEIGHT = 56;
const CASE_WIDTH = 260;
const NARROW_CASE_WIDTH = 200;
/** Below this width of the grid the cases have less room. */
const NARROW = 1000;
/** The least width of a column, in pixels. */
const LEAST_WIDTH = 240;

/** An answer of a grid, with the name of its place. */
export interface Placed {
  readonly execution: Execution;
  readonly name: string;
}

interface Props {
  readonly run: Run;
  readonly rows: readonly GridRow[];
  readonly names: readonly ColumnName[];
  /** What the columns came to so far; nothing until that is known. */
  readonly summary: RunSummary | undefined;
  readonly height: Height;
  readonly onHeight: (height: Height) => void;
  /** The repeat that is shown; of all of them, the one that went worst. */
  readonly repeat: number | null;
  /** Whether these are all rows that there are. */
  readonly isWhole: boolean;
  /** The answer that waits for another one to be compared with. */
  readonly picked: Execution | null;
  readonly onMore: (() => void) | null;
  readonly onOpen: (execution: Execution) => void;
  readonly onPick: (placed: Placed) => void;
  readonly onUnpick: () => void;
}

/** Cases down, columns across. Only what is on screen is drawn, in both directions. */
export function Grid(props: Props) {
  const { run, rows, names, height, repeat, isWhole } = props;
  const box = useRef<HTMLDivElement>(null);
  const { ref: sized, width } = useElementSize();
  const ref = useMergedRef(box, sized);
  const columns = run.variants.length;
  const caseWidth = width < NARROW ? NARROW_CASE_WIDTH : CASE_WIDTH;
  const size = {
    rows: rows.length,
    columns,
    rowHeight: HEIGHTS[height],
    columnWidth: Math.max(LEAST_WIDTH, Math.floor((width - caseWidth) / Math.max(1, columns))),
    headHeight: HEAD_HEIGHT,
    caseWidth,
  };
  const place = useGridPlace(box, size, props.onMore);
  const { current } = place;

  const placedAt = ({ row, column }: GridCell): Placed | null => {
    const found = rows[row];
    const name = names[column - 1];
    if (found === undefined || name === undefined) return null;
    const execution = shownOf(cellsOf(found, columns)[column - 1] ?? [], repeat);
    return execution === undefined
      ? null
      : { execution, name: words.cellOf(name.whole, found.case.position + 1) };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = gridStep(event, current, { rows: size.rows, columns, page: place.page });
    const act = next === null ? actOf(event) : () => place.go(next);
    if (act === null) return;
    event.preventDefault();
    act();
  };
  const actOf = (event: KeyboardEvent): (() => void) | null => {
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    const chosen = HEIGHT_KEYS[event.key];
    if (chosen !== undefined) return () => props.onHeight(chosen);
    const placed = placedAt(current);
    if (event.key === 'Escape' && props.picked !== null) return props.onUnpick;
    if (placed === null) return null;
    if (event.key === 'Enter') return () => props.onOpen(placed.execution);
    const rated = gridRating(event.key);
    if (rated !== undefined) return () => void rate(placed.execution, rated).catch(notifyError);
    return event.key === 'd' ? () => props.onPick(placed) : null;
  };
  const isCurrent = (row: number, column: number) => current.row === row && current.column === column;
  const cellProps = (row: number, column: number) => ({
    'data-cell': `${row}:${column}`,
    'aria-colindex': column + 1,
    tabIndex: isCurrent(row, column) ? 0 : -1,
    onFocus: () => place.choose({ row, column }),
  });
  const left = (column: number) => caseWidth + column;
  return (
    <div
      ref={ref}
      className={classes.grid}
      role="grid"
      aria-label={words.label(run.suite?.name ?? run.promptName)}
      aria-rowcount={isWhole ? rows.length + 1 : -1}
      aria-colcount={columns + 1}
      aria-describedby="grid-hint"
      onKeyDown={onKeyDown}
    >
      <VisuallyHidden id="grid-hint">{words.hint}</VisuallyHidden>
      {width > 0 && (
        <div
          role="presentation"
          className={classes.canvas}
          style={{ height: place.height + HEAD_HEIGHT, width: place.width + caseWidth }}
        >
          <Line className={classes.head ?? ''} index={1} style={{ height: HEAD_HEIGHT }}>
            <div role="columnheader" aria-colindex={1} className={classes.case} style={{ width: caseWidth }}>
              <b>{words.case}</b>
            </div>
            {place.columns.map(({ index, start, size: wide }) => {
              const name = names[index];
              if (name === undefined) return null;
              return (
                <GridHead
                  key={index}
                  index={index}
                  name={name}
                  figures={props.summary?.columnCells[index]}
                  metrics={props.summary?.metrics[index]}
                  style={{ left: left(start), width: wide }}
                />
              );
            })}
          </Line>
          {place.rows.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const cells = cellsOf(row, columns);
            return (
              <Line
                key={row.case.position}
                className={classes.row ?? ''}
                index={index + 2}
                style={{ height: size.rowHeight, top: start + HEAD_HEIGHT }}
              >
                <div
                  role="rowheader"
                  className={classes.case}
                  style={{ width: caseWidth }}
                  {...cellProps(index, 0)}
                >
                  <GridCase own={row.case} height={height} />
                </div>
                {place.columns.map(({ index: at, start: from, size: wide }) => (
                  <div
                    key={at}
                    role="gridcell"
                    className={classes.cell}
                    style={{ left: left(from), width: wide }}
                    {...cellProps(index, at + 1)}
                    onDoubleClick={() => {
                      const placed = placedAt({ row: index, column: at + 1 });
                      if (placed !== null) props.onOpen(placed.execution);
                    }}
                  >
                    <GridAnswer
                      repeats={cells[at] ?? NONE}
                      repeat={repeat}
                      height={height}
                      ratings={row.ratings}
                      wasStopped={run.suite?.stopped != null}
                      isPicked={props.picked !== null && (cells[at] ?? NONE).includes(props.picked)}
                    />
                  </div>
                ))}
              </Line>
            );
          })}
        </div>
      )}
    </div>
  );
}

const NONE: readonly Execution[] = [];

function Line(props: {
  className: string;
  index: number;
  style: { height: number; top?: number };
  children: ReactNode;
}) {
  return (
    <div role="row" aria-rowindex={props.index} className={props.className} style={props.style}>
      {props.children}
    </div>
  );
}
