import { ActionIcon, Button, Group, Modal, MultiSelect, Stack, TagsInput, Tooltip } from '@mantine/core';
import { IconArchive, IconCircleCheck, IconRestore, IconTag, IconTrash, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { queries } from '../../app/live';
import { texts as appTexts } from '../../app/texts';
import type { Prompt } from '../../bindings/types';
import { notifyError } from '../../lib/notify';
import { tagsQuery } from '../prompt/queries';
import { forgotten, tabStore } from '../prompt/tabs';
import { archiving, type Bulk, doAll, publishing, removing, restoring, retagging } from './bulk';
import classes from './library.module.css';
import { libraryTexts as texts } from './texts';

interface Props {
  readonly prompts: readonly Prompt[];
  /** Whether they are in the bin. */
  readonly deleted: boolean;
  readonly onClear: () => void;
}

/** What can be done with the prompts that are selected. */
export function SelectionBar({ prompts, deleted, onClear }: Props) {
  const [isTagging, setIsTagging] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const leave = useLeave();
  const act = (bulk: Bulk, after?: (done: Prompt[]) => Promise<void>) => {
    setIsBusy(true);
    doAll(prompts, bulk)
      .then(async (done) => {
        await after?.(done);
        onClear();
      })
      .catch(notifyError)
      .finally(() => setIsBusy(false));
  };
  const button = (label: string, icon: ReactNode, onClick: () => void) => (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} disabled={isBusy} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className={classes.bar} role="toolbar" aria-label={texts.bar}>
      <span className="num">{texts.selected(prompts.length)}</span>
      <span className="spacer" />
      {deleted ? (
        button(texts.restore, <IconRestore size={16} />, () => act(restoring))
      ) : (
        <>
          {button(texts.retag, <IconTag size={16} />, () => setIsTagging(true))}
          {button(texts.publish, <IconCircleCheck size={16} />, () => act(publishing))}
          {button(texts.archive, <IconArchive size={16} />, () => act(archiving))}
          {button(texts.remove, <IconTrash size={16} />, () => act(removing, leave))}
        </>
      )}
      {button(texts.clear, <IconX size={16} />, onClear)}
      <Modal opened={isTagging} onClose={() => setIsTagging(false)} title={texts.retag}>
        {isTagging && (
          <TagForm
            prompts={prompts}
            onApply={(add, take) => {
              setIsTagging(false);
              act(retagging(add, take));
            }}
          />
        )}
      </Modal>
    </div>
  );
}

/** Closes the tabs of prompts that were deleted, and goes away from one that is on screen. */
function useLeave() {
  const navigate = useNavigate();
  const current = useParams({ strict: false, select: ({ id }) => id });
  return async (gone: Prompt[]) => {
    tabStore.change((tabs) => gone.reduce((now, { id }) => forgotten(now, id), tabs));
    // The list is read again first, as it says which prompt is shown next.
    await queries.invalidateQueries({ queryKey: ['prompts'] });
    if (gone.some(({ id }) => id === current)) await navigate({ to: '/prompts' });
  };
}

function TagForm(props: { prompts: readonly Prompt[]; onApply: (add: string[], take: string[]) => void }) {
  const [add, setAdd] = useState<string[]>([]);
  const [take, setTake] = useState<string[]>([]);
  const known = useQuery(tagsQuery);
  const own = [...new Set(props.prompts.flatMap(({ tags }) => tags))].toSorted();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onApply(add, take);
      }}
    >
      <Stack gap="sm">
        <TagsInput
          data-autofocus
          label={texts.add}
          value={add}
          onChange={setAdd}
          data={known.data?.items.map(({ tag }) => tag) ?? []}
        />
        <MultiSelect
          label={texts.take}
          value={take}
          onChange={setTake}
          data={own}
          disabled={own.length === 0}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={add.length + take.length === 0}>
            {appTexts.actions.apply}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
