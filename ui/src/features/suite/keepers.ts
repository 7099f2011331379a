import { useEffect, useState, useSyncExternalStore } from 'react';
import { queries } from '../../app/live';
import type { Suite, SuiteId, SuiteSpec, Timestamp } from '../../bindings/types';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { Keeper, type Keeping } from '../prompt/keeper';
import { suiteQuery } from './queries';

/** What is edited of a suite. */
export interface SuiteWork {
  readonly description: string;
  readonly spec: SuiteSpec;
}

export type SuiteKeeper = Keeper<SuiteWork>;

/** The keepers whose work is not with the host yet: their screens may be left before it is. */
const unkept = new Map<SuiteId, SuiteKeeper>();
let isWatching = false;

/** The moment of the newest change of a suite that its keeper knows of, by the clock of the host. */
const keptAt = new WeakMap<SuiteKeeper, number>();

function keeperOf(suite: Suite): SuiteKeeper {
  watch();
  const { id } = suite;
  const left = unkept.get(id);
  if (left !== undefined) return left;
  const aside = findAside(id);
  const isNew = aside !== null && Date.parse(aside.at) > Date.parse(suite.updatedAt);
  const start = isNew ? aside.work : workOf(suite);
  const keeper: SuiteKeeper = new Keeper<SuiteWork>(
    {
      save: async (work) => {
        const kept = await api.suiteUpdate({ id, ...work });
        keptAt.set(keeper, Date.parse(kept.updatedAt));
        queries.setQueryData(suiteQuery(id).queryKey, kept);
      },
      putAside: (work) => putAside(id, work),
      clear: () => localStorage.removeItem(keyOf(id)),
      onFailure: notifyError,
    },
    start,
  );
  keptAt.set(keeper, Date.parse(suite.updatedAt));
  keeper.subscribe(() => {
    if (keeper.keeping === 'kept') unkept.delete(id);
    else unkept.set(id, keeper);
  });
  if (isNew) keeper.change({});
  return keeper;
}

const workOf = ({ description, spec }: Suite): SuiteWork => ({ description, spec });

/** Takes up what another window has kept of the same suite, where nothing typed here waits. */
function follow(keeper: SuiteKeeper, suite: Suite): void {
  const at = Date.parse(suite.updatedAt);
  if (keeper.keeping !== 'kept' || at <= (keptAt.get(keeper) ?? 0)) return;
  keptAt.set(keeper, at);
  keeper.take(workOf(suite));
}

/** The work on a suite while it is on screen. It is kept shortly after each change. */
export interface SuiteDesk {
  readonly work: SuiteWork;
  readonly keeping: Keeping;
  /** Changes what is run, by what it is by then. */
  readonly change: (change: (spec: SuiteSpec) => SuiteSpec) => void;
  readonly describe: (description: string) => void;
  readonly keeper: SuiteKeeper;
}

export function useSuiteDesk(suite: Suite): SuiteDesk {
  const [keeper] = useState(() => keeperOf(suite));
  useEffect(() => () => void keeper.keep(), [keeper]);
  useEffect(() => follow(keeper, suite), [keeper, suite]);
  const work = useSyncExternalStore(keeper.subscribe, () => keeper.draft);
  const keeping = useSyncExternalStore(keeper.subscribe, () => keeper.keeping);
  return {
    work,
    keeping,
    change: (change) => keeper.change({ spec: change(keeper.draft.spec) }),
    describe: (description) => keeper.change({ description }),
    keeper,
  };
}

const keyOf = (id: SuiteId) => `formaops.aside.${id}`;

interface Aside {
  readonly at: Timestamp;
  readonly work: SuiteWork;
}

/** Puts a copy aside. Where the browser has no room, the work is in the page alone, which tries on. */
function putAside(id: SuiteId, work: SuiteWork): void {
  const aside: Aside = { at: new Date().toISOString(), work };
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(aside));
  } catch {
    localStorage.removeItem(keyOf(id));
  }
}

function findAside(id: SuiteId): Aside | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as Aside | null;
  } catch {
    return null;
  }
}

/** Nothing typed is lost by leaving the window: what is not kept is kept now, and nobody leaves it unasked. */
function watch(): void {
  if (isWatching) return;
  isWatching = true;
  const keepAll = () => unkept.forEach((keeper) => void keeper.keep());
  window.addEventListener('blur', keepAll);
  window.addEventListener('pagehide', () => {
    keepAll();
    unkept.forEach((keeper) => keeper.putAside());
  });
  window.addEventListener('beforeunload', (event) => {
    keepAll();
    if ([...unkept.values()].some(({ keeping }) => keeping === 'failing')) event.preventDefault();
  });
}
