import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { texts } from '../../app/texts';
import { Notice } from '../../components/Notice';
import { openNewPrompt } from './NewPrompt';
import { workspaceQuery } from '../workspace/queries';
import { currentPrompts } from './queries';
import { useTabs } from './tabs';

/** Opens the prompt that was open last, else the first one, so that a start shows something to run. */
export function PromptPlaceholder() {
  const prompts = useInfiniteQuery(currentPrompts);
  const { recent } = useTabs();
  const workspace = useQuery(workspaceQuery);
  // Which prompts were open is remembered by workspace.
  if (prompts.data === undefined || workspace.isPending) return null;
  const items = prompts.data.pages.flatMap((page) => page.items);
  const known = recent
    .map((id) => items.find((prompt) => prompt.id === id))
    .find((prompt) => prompt !== undefined);
  const sample = items.find((prompt) => prompt.name === 'code-review');
  const first = known ?? sample ?? items[0];
  if (first !== undefined) return <Open id={first.id} />;
  return (
    <Notice title={texts.prompts.emptyAll} text={texts.prompts.emptyAllText}>
      <Button onClick={openNewPrompt}>{texts.prompts.new}</Button>
    </Notice>
  );
}

/**
 * Goes to a prompt, where no other one is gone to. Prompts are kept while other places are shown, so this may come back on
 * screen in the very moment in which a link leads to one of them.
 */
function Open({ id }: { id: string }) {
  const router = useRouter();
  useEffect(() => {
    const isNowhere = /^\/prompts\/?$/.test(router.latestLocation.pathname);
    if (isNowhere) void router.navigate({ to: '/prompts/$id', params: { id }, replace: true });
  }, [router, id]);
  return null;
}
