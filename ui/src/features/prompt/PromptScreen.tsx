import { useQuery } from '@tanstack/react-query';
import { memo, useEffect, useMemo } from 'react';
import { ErrorScreen } from '../../app/ErrorScreen';
import type { PromptDetail } from '../../bindings/types';
import { type KnownPrompt, useDesk } from './desk';
import { PromptWork } from './PromptWork';
import { promptQuery } from './queries';
import { useReopened } from './reopen';
import { shown, tabStore } from './tabs';

/** The screen of one prompt. */
export const PromptScreen = memo(function PromptScreen({ id }: { id: string }) {
  const detail = useQuery(promptQuery(id));
  const reopened = useReopened(id);
  useEffect(() => tabStore.change((tabs) => shown(tabs, id)), [id]);
  if (detail.error !== null) return <ErrorScreen error={detail.error} />;
  if (detail.data === undefined) return null;
  // What was loaded first fills the editor; later news change only what stands around it.
  return <AtDesk key={`${detail.data.prompt.id} ${reopened}`} detail={detail.data} />;
});

/** Lays the work on a desk. Only this is drawn again as the draft is kept. */
function AtDesk({ detail }: { detail: PromptDetail }) {
  const { prompt, branch, head, refs } = detail;
  const desk = useDesk(detail);
  const known = useMemo<KnownPrompt>(() => ({ prompt, branch, head, refs }), [prompt, branch, head, refs]);
  return <PromptWork known={known} desk={desk} />;
}
