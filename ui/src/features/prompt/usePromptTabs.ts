import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useCommands } from '../../lib/commands';
import { workspaceQuery } from '../workspace/queries';
import { closed, closedOthers, neighbour, nextAfter, reopened, tabStore, type Tabs, useTabs } from './tabs';

/** What can be done with the tabs. */
export interface PromptTabs {
  readonly tabs: Tabs;
  /** The prompt that is on screen. */
  readonly current: string | undefined;
  readonly close: (id: string) => void;
}

/** The open prompts, and the commands to go from one to the next. */
export function usePromptTabs(): PromptTabs {
  const tabs = useTabs();
  const current = useParams({ strict: false, select: ({ id }) => id });
  const workspace = useQuery(workspaceQuery).data?.id;
  const navigate = useNavigate();
  useEffect(() => {
    if (workspace !== undefined) tabStore.load(workspace);
  }, [workspace]);
  const go = (id: string | null) => {
    if (id === null) void navigate({ to: '/prompts' });
    else void navigate({ to: '/prompts/$id', params: { id } });
  };
  const close = (id: string) => {
    const next = nextAfter(tabs, id);
    tabStore.change((now) => closed(now, id));
    if (id === current) go(next);
  };
  const reopen = () => {
    const back = reopened(tabs);
    if (back === null) return;
    tabStore.change(() => back.tabs);
    go(back.id);
  };
  const here = current ?? '';
  const [next, previous] = [neighbour(tabs, here, 1), neighbour(tabs, here, -1)];
  useCommands({
    nextTab: { act: () => go(next), isAvailable: next !== null },
    previousTab: { act: () => go(previous), isAvailable: previous !== null },
    // The last one stays: without any there would be nothing on screen.
    closeTab: { act: () => close(here), isAvailable: tabs.open.length > 1 && tabs.open.includes(here) },
    closeOtherTabs: {
      act: () => tabStore.change((now) => closedOthers(now, here)),
      isAvailable: tabs.open.length > 1 && tabs.open.includes(here),
    },
    reopenTab: { act: reopen, isAvailable: tabs.closed.length > 0 },
  });
  return { tabs, current, close };
}
