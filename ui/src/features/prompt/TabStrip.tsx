import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { texts } from '../../app/texts';
import { currentPrompts, promptQuery } from './queries';
import classes from './TabStrip.module.css';
import { forgotten, moved, tabStore } from './tabs';
import type { PromptTabs } from './usePromptTabs';

/** The open prompts side by side. With one alone there is nothing to choose, and no strip. */
export function TabStrip({ tabs, current, close }: PromptTabs) {
  if (tabs.open.length < 2) return null;
  return (
    <nav className={classes.strip} aria-label={texts.tabs.title}>
      {tabs.open.map((id) => (
        <Tab key={id} id={id} isHere={id === current} onClose={() => close(id)} />
      ))}
    </nav>
  );
}

function Tab({ id, isHere, onClose }: { id: string; isHere: boolean; onClose: () => void }) {
  const tab = useRef<HTMLDivElement>(null);
  const { name, hasDraft } = useTabFacts(id);
  const own = name.lastIndexOf('/') + 1;
  useEffect(() => {
    if (isHere) tab.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isHere, name]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Delete') onClose();
    else if (event.altKey && event.shiftKey && event.key === 'ArrowLeft') move(id, -1, event);
    else if (event.altKey && event.shiftKey && event.key === 'ArrowRight') move(id, 1, event);
  };
  return (
    <div
      ref={tab}
      className={classes.tab}
      data-here={isHere}
      onAuxClick={(event) => {
        if (event.button !== 1) return;
        event.preventDefault();
        onClose();
      }}
    >
      <Link
        to="/prompts/$id"
        params={{ id }}
        className={classes.name}
        title={name}
        aria-label={hasDraft ? `${name} ${texts.prompts.unsaved}` : name}
        aria-current={isHere ? 'page' : undefined}
        onKeyDown={onKeyDown}
      >
        <span className={classes.folders}>{name.slice(0, own)}</span>
        <span className={classes.own}>{name.slice(own)}</span>
        {hasDraft && (
          <span
            role="img"
            className={classes.dot}
            aria-label={texts.prompts.unsaved}
            title={texts.prompts.unsaved}
          />
        )}
      </Link>
      <button type="button" className={classes.close} aria-label={texts.tabs.close(name)} onClick={onClose}>
        <IconX size={12} aria-hidden />
      </button>
    </div>
  );
}

function move(id: string, by: number, event: KeyboardEvent): void {
  event.preventDefault();
  tabStore.change((tabs) => moved(tabs, id, by));
}

/** What a tab says of its prompt: from the list, or where that has it not, such as one that is archived, from itself. */
function useTabFacts(id: string): { name: string; hasDraft: boolean } {
  const list = useInfiniteQuery(currentPrompts);
  const listed = list.data?.pages.flatMap((page) => page.items).find((prompt) => prompt.id === id);
  const detail = useQuery({ ...promptQuery(id), enabled: list.isSuccess && listed === undefined });
  const isGone = detail.isError || (detail.data?.prompt.deletedAt ?? null) !== null;
  useEffect(() => {
    if (isGone) tabStore.change((tabs) => forgotten(tabs, id));
  }, [isGone, id]);
  const prompt = listed ?? detail.data?.prompt;
  return { name: prompt?.name ?? '…', hasDraft: prompt?.hasDraft ?? false };
}
