import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';

interface Drawn {
  readonly first: number;
  readonly last: number;
  /** Rows beyond the screen that are drawn too. */
  readonly overscan: number;
}

/**
 * Of rows of which only some are drawn, one can be reached by Tab, the others from it by arrow keys; the focus follows as
 * rows come on screen. A row, and in it the link or button that gets the focus, have their place as `data-index`.
 */
export function useArrows(
  scroll: RefObject<HTMLElement | null>,
  count: number,
  { first, last, overscan }: Drawn,
  show: (index: number) => void,
): { current: number; onKeyDown: (event: KeyboardEvent) => void } {
  const [chosen, setChosen] = useState(0);
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    const link = scroll.current?.querySelector<HTMLElement>(`:is(a, button)[data-index="${wanted.current}"]`);
    if (link === null || link === undefined) return;
    link.focus({ preventScroll: true });
    wanted.current = null;
  });
  const current = chosen >= first && chosen <= last ? chosen : first;
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, last - first - 2 * overscan);
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
    const from = Number((event.target as Element).closest('tr')?.dataset['index'] ?? current);
    const next = Math.min(count - 1, Math.max(0, from + step));
    wanted.current = next;
    setChosen(next);
    show(next);
  };
  return { current, onKeyDown };
}
