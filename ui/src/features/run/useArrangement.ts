import { useCallback, useEffect, useMemo, useState } from 'react';
import { Stored, useStored } from '../../lib/stored';
import { Together } from './scrolling';
import type { ColumnAction } from './shortcuts';
import { toViews, type View, type Views, withView } from './views';
import { toWidths, type Widths, widthsFor, withWidth } from './widths';

/** What has keys of its own: Esc closes the topmost layer and nothing below it. */
const LAYERS = '[role="dialog"], [role="menu"], [role="listbox"], input, textarea, [contenteditable="true"]';

const storedViews = new Stored<Views>('formaops.views', toViews);
const storedWidths = new Stored<Widths>('formaops.widths', toWidths);

/** How the columns of these models are arranged: what each shows, how wide they are, and which alone is shown. */
export function useArrangement(models: readonly string[]) {
  const [views, setViews] = useStored(storedViews);
  const [remembered, setWidths] = useStored(storedWidths);
  const [chosen, setSolo] = useState<number | null>(null);
  const [together] = useState(() => new Together());
  const [isTogether, setIsTogether] = useState(false);
  const widths = useMemo(() => widthsFor(remembered, models), [remembered, models]);
  const solo = chosen !== null && models.length > 1 && chosen < models.length ? chosen : null;

  const showAll = useCallback(() => setSolo(null), []);
  useEffect(() => {
    if (solo === null) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(LAYERS) !== null) return;
      showAll();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [solo, showAll]);

  const setAllViews = useCallback((view: View) => setViews({ all: view, own: {} }), [setViews]);
  const act = useCallback(
    (action: ColumnAction, variant: number, model: string) => {
      if (action.kind === 'view') setViews(withView(views, model, action.view));
      else if (action.kind === 'all') setAllViews(action.view);
      else setSolo((now) => (action.kind === 'everything' || now === variant ? null : variant));
    },
    [views, setViews, setAllViews],
  );
  const setTogether = useCallback(
    (isOn: boolean) => {
      together.turn(isOn);
      setIsTogether(isOn);
    },
    [together],
  );
  const setWidth = (variant: number, width: number | null) => setWidths(withWidth(widths, variant, width));
  return {
    views,
    setAllViews,
    widths: widths.widths,
    setWidth,
    solo,
    showAll,
    together,
    isTogether,
    setTogether,
    act,
  };
}
