import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Rows beyond the screen that are drawn too. */
const OVERSCAN = 12;
/** The next page is asked for when so many rows are left. */
const AHEAD = 40;
/** The height of the head, which covers what is below it. */
const HEAD = 34;

/** Rows of which only some are drawn. */
export interface VirtualRows {
  /** The indices of the drawn ones. */
  readonly drawn: readonly number[];
  readonly first: number;
  readonly last: number;
  /** The room of those before and after them, in pixels. */
  readonly before: number;
  readonly after: number;
  /** The one that can be reached by Tab. */
  readonly current: number;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Draws the rows that are on screen in a box, each of this height in pixels, and asks for more before they end. */
export function useVirtualRows(
  scroll: RefObject<HTMLElement | null>,
  count: number,
  height: number,
  onMore: (() => void) | null,
): VirtualRows {
  // The compiler leaves a component alone that uses it, which is what this one wants.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollPaddingStart: HEAD,
  });
  useEffect(() => rows.measure(), [rows, height]);
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const wantsMore = last >= count - AHEAD;
  useEffect(() => {
    if (wantsMore) onMore?.();
  }, [wantsMore, onMore]);
  return {
    drawn: items.map(({ index }) => index),
    first,
    last,
    before: items[0]?.start ?? 0,
    after: rows.getTotalSize() - (items.at(-1)?.end ?? 0),
    ...useArrows(scroll, count, first, last, rows.scrollToIndex),
  };
}

/**
 * Of rows of which only some are drawn, one can be reached by Tab, the others from it by arrow keys; the focus follows as
 * rows come on screen. A row, and in it the link or button that gets the focus, have their place as `data-index`.
 */
function useArrows(
  scroll: RefObject<HTMLElement | null>,
  count: number,
  first: number,
  last: number,
  show: (index: number) => void,
): { current: number; onKeyDown: (event: KeyboardEvent) => void } {
  const [chosen, setChosen] = useState(0);
  const wanted = useRef<number | null>(null);
  // Before anything is painted: the next key may come at once.
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const link = scroll.current?.querySelector<HTMLElement>(`:is(a, button)[data-index="${wanted.current}"]`);
    if (link === null || link === undefined) return;
    link.focus({ preventScroll: true });
    wanted.current = null;
  });
  const current = chosen >= first && chosen <= last ? chosen : first;
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, last - first - 2 * OVERSCAN);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = Number(
      (event.target as Element).closest<HTMLElement>('[data-index]')?.dataset['index'] ?? current,
    );
    const next = Math.min(count - 1, Math.max(0, from + step));
    wanted.current = next;
    setChosen(next);
    show(next);
  };
  return { current, onKeyDown };
}
