import { type RefObject, useEffect, useEffectEvent, useSyncExternalStore } from 'react';

/** A field that somebody is led to: what it belongs to, and its name there. */
interface Wanted {
  readonly owner: object;
  readonly name: string;
}

let wanted: Wanted | null = null;
const listeners = new Set<() => void>();

function want(next: Wanted | null): void {
  wanted = next;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Leads to a field: what hides it opens, one thing after the other, and it takes the cursor once it is there. */
export function goToField(owner: object, name: string): void {
  want({ owner, name });
}

/** Opens what hides fields whose names begin like this, when one of them is wanted. */
export function useOpening(owner: object, within: string, open: (name: string) => void): void {
  const found = useSyncExternalStore(subscribe, () =>
    wanted?.owner === owner && wanted.name.startsWith(within) ? wanted : null,
  );
  const onWanted = useEffectEvent(({ name }: Wanted) => open(name));
  useEffect(() => {
    if (found !== null) onWanted(found);
  }, [found]);
}

/** Has a field take the cursor when it is wanted. */
export function useArrival(owner: object, name: string, element: RefObject<HTMLElement | null>): void {
  const found = useSyncExternalStore(subscribe, () =>
    wanted?.owner === owner && wanted.name === name ? wanted : null,
  );
  useEffect(() => {
    // What stands in it under the same name may have taken the cursor.
    if (found === null || found !== wanted || element.current === null) return;
    want(null);
    arrive(element.current);
  }, [found, element]);
}

/** Scrolls to a field, takes the cursor into it, and lets it stand out for a moment. */
function arrive(element: HTMLElement): void {
  element.scrollIntoView({ block: 'center' });
  const control = element.querySelector<HTMLElement>('input, textarea, .cm-content, button');
  control?.focus({ preventScroll: true });
  // A drawer that just opens puts the focus where this says.
  control?.setAttribute('data-autofocus', '');
  control?.addEventListener('blur', () => control.removeAttribute('data-autofocus'), { once: true });
  element.setAttribute('data-flash', '');
  element.addEventListener('animationend', () => element.removeAttribute('data-flash'), { once: true });
}
