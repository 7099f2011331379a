import { useVirtualizer } from '@tanstack/react-virtual';
import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Rows and columns beyond the screen that are drawn too. */
const OVERSCAN = { rows: 6, columns: 1 };
/** The next page is asked for when so many rows are left. */
const AHEAD = 20;

/** A cell by row and column, from 0; the column of the cases comes before those of the run and is 0 itself. */
export interface GridCell {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** In pixels. */
  readonly rowHeight: number;
  readonly columnWidth: number;
  readonly headHeight: number;
  readonly caseWidth: number;
}

/** Which cells are drawn, and which can be reached by Tab; arrow keys go from cell to cell, and the focus follows. */
export function useGridPlace(
  scroll: RefObject<HTMLElement | null>,
  size: GridSize,
  onMore: (() => void) | null,
) {
  const [chosen, setChosen] = useState<GridCell>({ row: 0, column: 1 });
  const current = {
    row: Math.min(chosen.row, Math.max(0, size.rows - 1)),
    column: Math.min(chosen.column, size.columns),
  };
  // The cell with the focus stays in the page, wherever one scrolls.
  const withCurrent = (at: number) => (range: Range) => {
    const drawn = defaultRangeExtractor(range);
    return at < 0 || at >= range.count || drawn.includes(at) ? drawn : [...drawn, at].sort((a, b) => a - b);
  };
  // The compiler leaves a component alone that uses it, which is what this one wants.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: size.rows,
    getScrollElement: () => scroll.current,
    estimateSize: () => size.rowHeight,
    overscan: OVERSCAN.rows,
    scrollPaddingStart: size.headHeight,
    rangeExtractor: withCurrent(current.row),
  });
  const columns = useVirtualizer({
    horizontal: true,
    count: size.columns,
    getScrollElement: () => scroll.current,
    estimateSize: () => size.columnWidth,
    overscan: OVERSCAN.columns,
    scrollPaddingStart: size.caseWidth,
    rangeExtractor: withCurrent(current.column - 1),
  });
  useEffect(() => rows.measure(), [rows, size.rowHeight]);
  useEffect(() => columns.measure(), [columns, size.columnWidth]);
  const drawnRows = rows.getVirtualItems();
  const last = Math.max(0, ...(rows.range === null ? [] : [rows.range.endIndex]));
  const wantsMore = last >= size.rows - AHEAD;
  useEffect(() => {
    if (wantsMore) onMore?.();
  }, [wantsMore, onMore, size.rows]);

  const wanted = useRef<GridCell | null>(null);
  // Before anything is painted: the next key may come at once.
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const { row, column } = wanted.current;
    const cell = scroll.current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`);
    if (cell === null || cell === undefined) return;
    cell.focus({ preventScroll: true });
    wanted.current = null;
  });
  const go = useCallback(
    (to: GridCell) => {
      const next = {
        row: Math.min(size.rows - 1, Math.max(0, to.row)),
        column: Math.min(size.columns, Math.max(0, to.column)),
      };
      wanted.current = next;
      setChosen(next);
      rows.scrollToIndex(next.row);
      if (next.column > 0) columns.scrollToIndex(next.column - 1);
    },
    [rows, columns, size.rows, size.columns],
  );
  const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / size.rowHeight) - 1);
  return {
    current,
    choose: setChosen,
    go,
    page,
    rows: drawnRows,
    columns: columns.getVirtualItems(),
    height: rows.getTotalSize(),
    width: columns.getTotalSize(),
    toTop: useCallback(() => rows.scrollToOffset(0), [rows]),
  };
}

/** The way that a key goes from a cell; `null` where it goes nowhere. */
export function gridStep(
  { key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  { row, column }: GridCell,
  { rows, columns, page }: { rows: number; columns: number; page: number },
): GridCell | null {
  if (altKey || metaKey) return null;
  const ends = ctrlKey
    ? { Home: { row: 0, column: 0 }, End: { row: rows - 1, column: columns } }
    : { Home: { row, column: 0 }, End: { row, column: columns } };
  if (key === 'Home' || key === 'End') return ends[key];
  if (ctrlKey) return null;
  const steps: Record<string, GridCell> = {
    ArrowDown: { row: row + 1, column },
    ArrowUp: { row: row - 1, column },
    ArrowRight: { row, column: column + 1 },
    ArrowLeft: { row, column: column - 1 },
    PageDown: { row: row + page, column },
    PageUp: { row: row - page, column },
  };
  return steps[key] ?? null;
}
