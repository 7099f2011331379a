import { type RefObject, useEffect, useState } from 'react';

/** Tells elements when they come near to what is looked at, and when they go. */
export interface Near {
  /** Calls `onChange` whenever an element comes near or goes. Answers how to stop. */
  watch(element: Element, onChange: (isNear: boolean) => void): () => void;
}

/** How far from what is looked at is near, in pixels. */
const MARGIN = '1500px';

class Observed implements Near {
  private readonly listeners = new Map<Element, (isNear: boolean) => void>();
  private observer: IntersectionObserver | undefined;

  watch(element: Element, onChange: (isNear: boolean) => void): () => void {
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
        for (const { target, isIntersecting } of entries) this.listeners.get(target)?.(isIntersecting);
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
