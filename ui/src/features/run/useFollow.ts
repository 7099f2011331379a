import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { place } from './scrolling';

/** How close to the end counts as being there, in pixels. */
const NEAR_END = 24;

/** A box whose end is followed while what it holds grows. */
export interface Follow {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** Whether the reader has left the end of what grows. */
  readonly isAway: boolean;
  /** The box was scrolled by the reader. */
  readonly scrolled: () => void;
  readonly toEnd: () => void;
}

/**
 * Keeps the end of a box in sight while its content grows, unless the reader scrolled away from it.
 * @param hasGrown whether there is anything of what grows: what stands in its place is read from its beginning
 */
export function useFollow(isGrowing: boolean, hasGrown: boolean): Follow {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(isGrowing);
  const [isAway, setIsAway] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || isGrowing) return;
    // The end of what has grown is shown once more; from then on the reader alone scrolls.
    if (follows.current && hasGrown) place(element, element.scrollHeight);
    follows.current = false;
  }, [isGrowing, hasGrown]);
  useEffect(() => {
    const element = box.current;
    if (!isGrowing || element === null || content.current === null) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) place(element, element.scrollHeight);
    });
    observer.observe(content.current);
    observer.observe(element);
    return () => observer.disconnect();
  }, [isGrowing]);
  useEffect(() => {
    const element = box.current;
    if (!isAway || element === null || content.current === null) return;
    // In a box that was made larger the end may have come back into sight.
    const observer = new ResizeObserver(() => {
      if (!isNearEnd(element)) return;
      follows.current = isGrowing;
      setIsAway(false);
    });
    observer.observe(content.current);
    observer.observe(element);
    return () => observer.disconnect();
  }, [isAway, isGrowing]);
  const scrolled = () => {
    const element = box.current;
    if (element === null) return;
    const isNear = isNearEnd(element);
    follows.current = isGrowing && isNear;
    setIsAway((was) => !isNear && (isGrowing || was));
  };
  const toEnd = () => {
    const element = box.current;
    if (element === null) return;
    follows.current = isGrowing;
    setIsAway(false);
    place(element, element.scrollHeight);
    // The button that was pressed is gone: the focus stays in the column.
    element.focus();
  };
  return { box, content, isAway, scrolled, toEnd };
}

function isNearEnd({ scrollHeight, scrollTop, clientHeight }: Element): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR_END;
}
