import { useLocation, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { LIST_KEYS, type ListSearch, readListSearch } from './filters';

/** How long typing rests before the address says what was typed, in milliseconds. */
const TOLD_AFTER_MS = 250;

/**
 * What the list is narrowed by, as the address says it. Words count at once, as they are typed; the address follows.
 * While other places are shown, the list stays as it was.
 */
export function useListSearch() {
  const navigate = useNavigate();
  const here = useLocation({
    select: ({ pathname, search }) =>
      pathname.startsWith('/prompts')
        ? JSON.stringify(readListSearch(search as Record<string, unknown>))
        : null,
  });
  const [known, setKnown] = useState(here ?? '{}');
  const search = JSON.parse(known) as ListSearch;
  const [find, setTyped] = useState(search.find ?? '');
  if (here !== null && here !== known) {
    const next = JSON.parse(here) as ListSearch;
    setKnown(here);
    // What was typed here has its blanks still; what comes from elsewhere is taken.
    if ((next.find ?? '').trim() !== find.trim()) setTyped(next.find ?? '');
  }
  const go = useCallback(
    (next: ListSearch, replace: boolean) =>
      navigate({
        to: '.',
        replace,
        search: (now) => {
          const all: ListSearch = { ...readListSearch(now), ...next };
          return { ...now, ...Object.fromEntries(LIST_KEYS.map((key) => [key, all[key]])) };
        },
      }),
    [navigate],
  );
  // What was typed and is not in the address yet.
  const typed = useRef<{ readonly text: string; readonly timer: ReturnType<typeof setTimeout> } | null>(null);
  useEffect(() => () => clearTimeout(typed.current?.timer), []);
  const tell = async () => {
    if (typed.current === null) return;
    const { text, timer } = typed.current;
    clearTimeout(timer);
    typed.current = null;
    await go({ find: text.trim() === '' ? undefined : text }, true);
  };
  const setFind = (text: string) => {
    setTyped(text);
    clearTimeout(typed.current?.timer);
    typed.current = { text, timer: setTimeout(() => void tell(), TOLD_AFTER_MS) };
  };
  // The place that is left says what was typed there, so that going back finds it.
  const change = (next: ListSearch) => void tell().then(() => go(next, false));
  return { search, find, setFind, change };
}
