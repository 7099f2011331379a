import { useSyncExternalStore } from 'react';

/** The prompts that are open in tabs, by id. */
export interface Tabs {
  /** From left to right. */
  readonly open: readonly string[];
  /** What was closed and can be opened again, newest last. */
  readonly closed: readonly Closed[];
  /** What was on screen lately, newest first, open or not. */
  readonly recent: readonly string[];
}

interface Closed {
  readonly id: string;
  /** Where it stood. */
  readonly at: number;
}

/** More than this many are no help in finding one again. */
const MOST_CLOSED = 20;
const MOST_RECENT = 12;

export const noTabs: Tabs = { open: [], closed: [], recent: [] };

/** A prompt is on screen: it has a tab, beside the one that was on screen before. */
export function shown(tabs: Tabs, id: string): Tabs {
  const recent = [id, ...tabs.recent.filter((other) => other !== id)].slice(0, MOST_RECENT);
  if (tabs.open.includes(id)) return { ...tabs, recent };
  const before = tabs.open.indexOf(tabs.recent[0] ?? '');
  const at = before < 0 ? tabs.open.length : before + 1;
  const closed = tabs.closed.filter((other) => other.id !== id);
  return { open: tabs.open.toSpliced(at, 0, id), closed, recent };
}

/** Closes a tab. */
export function closed(tabs: Tabs, id: string): Tabs {
  const at = tabs.open.indexOf(id);
  if (at < 0) return tabs;
  return {
    ...tabs,
    open: tabs.open.toSpliced(at, 1),
    closed: [...tabs.closed, { id, at }].slice(-MOST_CLOSED),
  };
}

/** Closes all tabs but one. */
export function closedOthers(tabs: Tabs, id: string): Tabs {
  return tabs.open.filter((other) => other !== id).reduce(closed, tabs);
}

/** Forgets a prompt that is no more. */
export function forgotten(tabs: Tabs, id: string): Tabs {
  return {
    open: tabs.open.filter((other) => other !== id),
    closed: tabs.closed.filter((other) => other.id !== id),
    recent: tabs.recent.filter((other) => other !== id),
  };
}

/** Opens the tab that was closed last where it stood; answers which it was. */
export function reopened(tabs: Tabs): { tabs: Tabs; id: string } | null {
  const last = tabs.closed.at(-1);
  if (last === undefined) return null;
  const open = tabs.open.toSpliced(last.at, 0, last.id);
  return { tabs: { ...tabs, open, closed: tabs.closed.slice(0, -1) }, id: last.id };
}

/** Moves a tab by so many places. */
export function moved(tabs: Tabs, id: string, by: number): Tabs {
  const at = tabs.open.indexOf(id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= tabs.open.length) return tabs;
  return { ...tabs, open: tabs.open.toSpliced(at, 1).toSpliced(to, 0, id) };
}

/** The tab so many places from one, around the end; `null` where there is no other. */
export function neighbour(tabs: Tabs, id: string, by: number): string | null {
  const at = tabs.open.indexOf(id);
  const { length } = tabs.open;
  if (length === 0 || (length === 1 && at === 0)) return null;
  return tabs.open[(at + by + length) % length] ?? null;
}

/** What is shown when a tab is closed that was on screen: the one after it, or else the one before. */
export function nextAfter(tabs: Tabs, id: string): string | null {
  const at = tabs.open.indexOf(id);
  return tabs.open[at + 1] ?? tabs.open[at - 1] ?? null;
}

/** The tabs of the workspace, remembered on this device. */
export class TabStore {
  #tabs = noTabs;
  #key: string | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly storage: () => Pick<Storage, 'getItem' | 'setItem'>) {}

  readonly get = (): Tabs => this.#tabs;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up what was remembered of a workspace, and keeps what was opened before it was known which it is. */
  load(workspace: string): void {
    const key = `formaops.tabs.${workspace}`;
    if (this.#key === key) return;
    const early = this.#tabs.recent.toReversed();
    this.#key = key;
    this.#tabs = early.reduce(shown, parsed(this.storage().getItem(key)));
    this.#told();
  }

  change(change: (tabs: Tabs) => Tabs): void {
    const next = change(this.#tabs);
    if (next === this.#tabs) return;
    this.#tabs = next;
    this.#told();
  }

  #told(): void {
    if (this.#key !== null) this.storage().setItem(this.#key, JSON.stringify(this.#tabs));
    this.#listeners.forEach((listener) => listener());
  }
}

function parsed(text: string | null): Tabs {
  try {
    return { ...noTabs, ...(JSON.parse(text ?? '{}') as Partial<Tabs>) };
  } catch {
    return noTabs;
  }
}

/** The tabs of the page. */
export const tabStore = new TabStore(() => localStorage);

/** The tabs as they are. */
export function useTabs(): Tabs {
  return useSyncExternalStore(tabStore.subscribe, tabStore.get);
}
