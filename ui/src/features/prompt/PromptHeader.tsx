import { ActionIcon, Button, Menu, Popover, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { queries } from '../../app/live';
import { texts } from '../../app/texts';
import type { Prompt, VersionId } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { api, toApiError } from '../../host';
import { Keys } from '../../components/Keys';
import { useCommands } from '../../lib/commands';
import { notifyDone, notifyError, notifyUndo } from '../../lib/notify';
import { libraryTexts } from '../library/texts';
import { openExport } from '../transfer/open';
import { versionTexts } from '../version/texts';
import { PromptFacts } from './PromptFacts';
import { promptQuery } from './queries';
import classes from './prompt.module.css';
import { unlessUsed } from './unlessUsed';
import {
  type Desk,
  emptyContent,
  type KnownPrompt,
  useDraft,
  useIsChanged,
  useIsKeeping,
  type WorkActions,
} from './desk';
import { forgotten, tabStore } from './tabs';

/** What the header knows of the work; it stays the same while somebody types. */
interface HeaderWork extends WorkActions {
  readonly isChanged: boolean;
  readonly base: VersionId | null;
}

/** The prompt's name and state, saving, and what else can be done with it. */
export function PromptHeader({ known, desk }: { known: KnownPrompt; desk: Desk }) {
  const { prompt } = known;
  const isChanged = useIsChanged(desk, known.head?.content ?? emptyContent);
  const base = useDraft(desk, (draft) => draft.base);
  const work = useMemo<HeaderWork>(
    () => ({ ...desk.actions, isChanged, base }),
    [desk.actions, isChanged, base],
  );
  const [editing, facts] = useDisclosure(false);
  const tone = { draft: 'warn', published: 'good', archived: 'plain' } as const;
  return (
    <div className={classes.top}>
      <h1>{prompt.name}</h1>
      {prompt.title !== '' && <span className={classes.title}>{prompt.title}</span>}
      <Chip tone={tone[prompt.status]}>{texts.promptStatus[prompt.status]}</Chip>
      {known.head !== null && <Chip>v{known.head.number}</Chip>}
      {known.branch !== 'main' && <Chip tone="accent">{versionTexts.on(known.branch)}</Chip>}
      {prompt.tags.map((tag) => (
        <Chip key={tag}>{tag}</Chip>
      ))}
      {work.isChanged && <Chip tone="warn">{texts.prompts.unsaved}</Chip>}
      <NotKept desk={desk} />
      {prompt.deletedAt !== null && <InBin id={prompt.id} />}
      <span className="spacer" />
      <SaveButton known={known} work={work} />
      <PromptMenu prompt={prompt} known={known} work={work} onEdit={facts.open} />
      <PromptFacts prompt={prompt} opened={editing} onClose={facts.close} />
    </div>
  );
}

/** That the host has not taken the work, which is tried again until it has. */
function NotKept({ desk }: { desk: Desk }) {
  const isFailing = useIsKeeping(desk, 'failing');
  return <span role="status">{isFailing && <Chip tone="bad">{texts.prompts.notKept}</Chip>}</span>;
}

function InBin({ id }: { id: string }) {
  return (
    <>
      <Chip tone="bad">{libraryTexts.showing.deleted}</Chip>
      <Button variant="default" onClick={() => void api.promptUndelete({ id }).catch(notifyError)}>
        {texts.actions.restore}
      </Button>
    </>
  );
}

function SaveButton({ known, work }: { known: KnownPrompt; work: HeaderWork }) {
  const [note, setNote] = useState('');
  const [noting, popover] = useDisclosure(false);
  const [stale, setStale] = useState(false);
  const id = known.prompt.id;
  const closeNote = popover.close;
  const save = async (base: string | null) => {
    if (!work.isChanged) {
      notifyDone(texts.prompts.unchanged);
      return;
    }
    try {
      await work.keep();
      const { content, branch } = work.now();
      const version = await api.versionCreate({ id, content, note, base, branch });
      setNote('');
      setStale(false);
      closeNote();
      // What was typed meanwhile stays.
      work.rebase(version.id);
      await queries.invalidateQueries(promptQuery(id));
      notifyDone(texts.prompts.saved(version.number));
    } catch (thrown) {
      if (toApiError(thrown).code === 'stale') setStale(true);
      else notifyError(thrown);
    }
  };
  const saveOnBase = () => void save(work.base);
  useCommands({ save: saveOnBase });
  return (
    <Popover opened={noting || stale} onChange={(opened) => !opened && popover.close()} position="bottom-end">
      <Popover.Target>
        <Button.Group>
          <Button variant="default" onClick={saveOnBase} disabled={!work.isChanged}>
            {texts.actions.save}&nbsp;
            <Keys of="save" />
          </Button>
          <Button
            variant="default"
            onClick={popover.toggle}
            aria-label={texts.prompts.note}
            disabled={!work.isChanged}
          >
            …
          </Button>
        </Button.Group>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs" w={300}>
          {stale && <span role="alert">{texts.prompts.stale}</span>}
          <TextInput
            label={texts.prompts.note}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && saveOnBase()}
          />
          <Button onClick={() => void save(stale ? (known.head?.id ?? null) : work.base)}>
            {stale ? texts.prompts.staleSave : texts.actions.save}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function PromptMenu(props: { prompt: Prompt; known: KnownPrompt; work: HeaderWork; onEdit: () => void }) {
  const { prompt, known, work } = props;
  const navigate = useNavigate();
  const setStatus = async (status: Prompt['status']) => {
    const before = prompt.status;
    await api.promptUpdate({ id: prompt.id, status });
    notifyUndo(texts.promptStatus[status], () => api.promptUpdate({ id: prompt.id, status: before }));
  };
  const remove = async (force: boolean) => {
    await work.keep();
    await api.promptDelete({ id: prompt.id, force });
    tabStore.change((tabs) => forgotten(tabs, prompt.id));
    // The list is read again first, as it says which prompt is shown next.
    await queries.invalidateQueries({ queryKey: ['prompts'] });
    notifyUndo(texts.prompts.deleted(prompt.name), async () => {
      await api.promptUndelete({ id: prompt.id });
      await navigate({ to: '/prompts/$id', params: { id: prompt.id } });
    });
    await navigate({ to: '/prompts' });
  };
  const discard = () => {
    const before = work.now().content;
    work.reset(known.head?.content ?? emptyContent, known.head?.id ?? null);
    notifyUndo(texts.prompts.discarded, () => {
      work.setContent(() => before);
      return Promise.resolve();
    });
  };
  const publish = () => void setStatus('published').catch(notifyError);
  const toDraft = () => void setStatus('draft').catch(notifyError);
  const archive = () => void setStatus('archived').catch(notifyError);
  const removeNow = () => void unlessUsed(texts.uses.delete, remove).catch(notifyError);
  useCommands({
    editFacts: props.onEdit,
    publish: { act: publish, isAvailable: prompt.status !== 'published' },
    toDraft: { act: toDraft, isAvailable: prompt.status !== 'draft' },
    archive: { act: archive, isAvailable: prompt.status !== 'archived' },
    discardDraft: { act: discard, isAvailable: work.isChanged },
    deletePrompt: removeNow,
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={texts.prompts.more}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={props.onEdit}>{texts.prompts.editFacts}</Menu.Item>
        {prompt.status !== 'published' && <Menu.Item onClick={publish}>{texts.actions.publish}</Menu.Item>}
        {prompt.status !== 'draft' && <Menu.Item onClick={toDraft}>{texts.prompts.toDraft}</Menu.Item>}
        {prompt.status !== 'archived' && <Menu.Item onClick={archive}>{texts.actions.archive}</Menu.Item>}
        <Menu.Item disabled={!work.isChanged} onClick={discard}>
          {texts.prompts.discardDraft}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => openExport(prompt)}>{texts.prompts.export}</Menu.Item>
        <Menu.Divider />
        <Menu.Item color="red" onClick={removeNow}>
          {texts.actions.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
