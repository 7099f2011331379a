import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { texts } from '../../app/texts';
import { Notice } from '../../components/Notice';
import { openNewPrompt } from './NewPrompt';
import { promptsQuery } from './queries';

const LAST_PROMPT = 'formaops.lastPrompt';

/** Remembers which prompt was open, for the next start. */
export function rememberPrompt(id: string): void {
  localStorage.setItem(LAST_PROMPT, id);
}

/** Opens the prompt that was open last, else the first one, so that a start shows something to run. */
export function PromptPlaceholder() {
  const prompts = useQuery(promptsQuery({ search: '', tag: null }));
  if (prompts.data === undefined) return null;
  const last = localStorage.getItem(LAST_PROMPT);
  const known = prompts.data.items.find((prompt) => prompt.id === last);
  const sample = prompts.data.items.find((prompt) => prompt.name === 'code-review');
  const first = known ?? sample ?? prompts.data.items[0];
  if (first !== undefined) return <Navigate to="/prompts/$id" params={{ id: first.id }} replace />;
  return (
    <Notice title={texts.prompts.emptyAll} text={texts.prompts.emptyAllText}>
      <Button onClick={openNewPrompt}>{texts.prompts.new}</Button>
    </Notice>
  );
}
