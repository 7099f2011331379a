import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Tells elements when they come near to what is looked at, and when they go. */
export interface Near {
  /** Calls `onChange` whenever an element comes near or goes. Answers how to stop. */
  watch(element: Element, onChange: OnChange): () => void;
}

/** Told with the height of the element by then, in pixels. */
type OnChange = (isNear: boolean, height: number) => void;

/** How far from what is looked at is near, in pixels. */
const MARGIN = '1500px';

class Observed implements Near {
  private readonly listeners = new Map<Element, OnChange>();
  private observer: IntersectionObserver | undefined;

  watch(element: Element, onChange: OnChange): () => void {
    this.listeners.set(element, onChange);
    this.observer?.observe(element);
    return () => {
      this.listeners.delete(element);
      this.observer?.unobserve(element);
    };
  }

  /** Begins to look, from a box that scrolls. Answers how to stop. */
  start(root: Element | null): () => void {
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting, boundingClientRect } of entries)
          this.listeners.get(target)?.(isIntersecting, boundingClientRect.height);
      },
      { root, rootMargin: `${MARGIN} 0px` },
    );
    this.observer = observer;
    for (const element of this.listeners.keys()) observer.observe(element);
    return () => {
      observer.disconnect();
      this.observer = undefined;
    };
  }
}

/** The box that scrolls what an element is in. */
export const scroller = (element: Element | null): Element | null =>
  element?.closest('[data-scroller]') ?? null;

/** What is near within the box that scrolls an element. */
export function useNear(inside: RefObject<Element | null>): Near {
  const [near] = useState(() => new Observed());
  useEffect(() => near.start(scroller(inside.current)), [near, inside]);
  return near;
}

/** A part of something long, which is in the page only while it is near. */
export interface Far {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly isNear: boolean;
  /** The room that it leaves when it is not there. */
  readonly style: { height: number } | undefined;
}

/** Takes a part away while it is far, where it may go, and keeps its room: `guess` pixels until it was there once. */
export function useFar(near: Near, mayGo: boolean, isThere: boolean, guess: number): Far {
  const element = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(isThere);
  const [height, setHeight] = useState(guess);
  useLayoutEffect(() => {
    const own = element.current;
    if (own === null || !mayGo) return;
    return near.watch(own, (next, heightThen) => {
      if (!next && own.hasChildNodes()) setHeight(heightThen);
      setIsNear(next);
    });
  }, [near, mayGo]);
  const isShown = isNear || !mayGo;
  return { element, isNear: isShown, style: isShown ? undefined : { height } };
}
