import { Button } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { texts } from '../../app/texts';
import type { Content, PromptId, Version, VersionId } from '../../bindings/types';
import { api } from '../../host';
import { commands } from '../../lib/commands';
import { notifyUndo } from '../../lib/notify';
import { isSame } from '../../lib/same';
import { type Desk, emptyContent, type KnownPrompt, useDraft, useIsChanged, useIsKeeping } from './desk';
import classes from './prompt.module.css';

const words = texts.prompts.newer;

/** What the work started from. Versions never change. */
const baseQuery = (id: PromptId, base: VersionId | null) =>
  queryOptions({
    queryKey: ['base', id, base],
    queryFn: async (): Promise<Content> =>
      base === null ? emptyContent : (await api.versionGet({ id, version: base })).content,
  });

/**
 * A version that was saved elsewhere since the work began. Work without changes of its own takes it up; with changes
 * it says so, and what becomes of them is chosen here.
 */
export function NewerVersion({ known: { prompt, head }, desk }: { known: KnownPrompt; desk: Desk }) {
  const base = useDraft(desk, (draft) => draft.base);
  if (head === null || head.id === base) return null;
  return <Behind key={head.id} id={prompt.id} head={head} base={base} desk={desk} />;
}

function Behind(props: { id: PromptId; head: Version; base: VersionId | null; desk: Desk }) {
  const { id, head, base, desk } = props;
  const { actions } = desk;
  const begun = useQuery(baseQuery(id, base));
  const isOther = useIsChanged(desk, head.content);
  const isKept = useIsKeeping(desk, 'kept');
  useEffect(() => {
    if (!isKept) return;
    const { content } = actions.now();
    const isUnchanged = begun.data !== undefined && isSame(content, begun.data);
    if (isUnchanged || isSame(content, head.content)) actions.takeUp(head.content, head.id);
  }, [actions, head, begun.data, isKept]);
  // Whether the work has changes of its own is not known before; where what it began with is gone, it is taken to have.
  if (begun.isPending || !isOther) return null;
  const take = () => {
    const before = actions.now();
    actions.reset(head.content, head.id);
    notifyUndo(words.taken(head.number), () => {
      actions.reset(before.content, before.base);
      return Promise.resolve();
    });
  };
  return (
    <div className={classes.newer} role="alert">
      <span>
        <b>{words.title(head.number)}</b> {head.note === '' ? words.text : words.noted(head.note)}
      </span>
      <span className={classes.choices}>
        <Button
          variant="default"
          leftSection={<IconGitCompare size={14} aria-hidden />}
          onClick={() => commands.run('showVersions')}
        >
          {words.compare}
        </Button>
        <Button variant="default" onClick={() => actions.rebase(head.id)}>
          {words.keep}
        </Button>
        <Button variant="default" onClick={take}>
          {words.take}
        </Button>
      </span>
    </div>
  );
}
