import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { columnsTexts } from './columns.texts';
import classes from './run.module.css';
import { LEAST_WIDTH, MOST_WIDTH, widthAfter, within } from './widths';

interface Props {
  model: string;
  /** What the column was given; none where it has its share of the room. */
  width: number | undefined;
  onWidth: (width: number | null) => void;
}

/** The border after a column, which is dragged or moved with the arrow keys. Enter and a double click undo it. */
export function ColumnBorder({ model, width, onWidth }: Props) {
  const border = useRef<HTMLDivElement>(null);
  const column = () => border.current?.previousElementSibling as HTMLElement | null;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.focus();
    event.currentTarget.setPointerCapture(event.pointerId);
    const began = (column()?.offsetWidth ?? LEAST_WIDTH) - event.clientX;
    const element = event.currentTarget;
    let wasMoved = false;
    // While it is dragged, only the column itself is changed: the others need not be drawn again.
    const onMove = (moved: globalThis.PointerEvent) => {
      const own = column();
      wasMoved = true;
      if (own !== null) own.style.flex = `0 0 ${within(began + moved.clientX)}px`;
    };
    const onEnd = (ended: globalThis.PointerEvent) => {
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('lostpointercapture', onEnd);
      if (wasMoved) onWidth(within(began + ended.clientX));
    };
    element.addEventListener('pointermove', onMove);
    element.addEventListener('lostpointercapture', onEnd);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = widthAfter(event.key, event.shiftKey, column()?.offsetWidth ?? LEAST_WIDTH);
    if (next === undefined) return;
    event.preventDefault();
    onWidth(next);
  };
  return (
    <div
      ref={border}
      className={classes.border}
      role="separator"
      aria-orientation="vertical"
      aria-label={columnsTexts.border(model)}
      aria-valuemin={LEAST_WIDTH}
      aria-valuemax={MOST_WIDTH}
      aria-valuenow={width ?? LEAST_WIDTH}
      aria-valuetext={width === undefined ? columnsTexts.share : `${width} px`}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={() => onWidth(null)}
    />
  );
}
