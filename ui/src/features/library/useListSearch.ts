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
  const change = useCallback(
    (next: ListSearch, replace = false) =>
      void navigate({
        to: '.',
        replace,
        search: (now) => {
          const all: ListSearch = { ...readListSearch(now), ...next };
          return { ...now, ...Object.fromEntries(LIST_KEYS.map((key) => [key, all[key]])) };
        },
      }),
    [navigate],
  );
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const setFind = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => change({ find: text.trim() === '' ? undefined : text }, true),
      TOLD_AFTER_MS,
    );
  };
  return { search, find, setFind, change: (next: ListSearch) => change(next) };
}
