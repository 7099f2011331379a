import { useQuery } from '@tanstack/react-query';
import { memo, useEffect } from 'react';
import { ErrorScreen } from '../../app/ErrorScreen';
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
  return <PromptWork key={`${detail.data.prompt.id} ${reopened}`} detail={detail.data} />;
});
