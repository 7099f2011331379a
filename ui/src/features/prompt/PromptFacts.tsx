import { Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { texts } from '../../app/texts';
import type { Prompt } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { api, toApiError } from '../../host';
import { tagsQuery } from './queries';
import { unlessUsed } from './unlessUsed';

/** Name, title, description and tags of a prompt. */
export function PromptFacts({
  prompt,
  opened,
  onClose,
}: {
  prompt: Prompt;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={texts.prompts.editFacts}>
      {opened && <Form prompt={prompt} onClose={onClose} />}
    </Modal>
  );
}

function Form({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const [name, setName] = useState(prompt.name);
  const [title, setTitle] = useState(prompt.title);
  const [description, setDescription] = useState(prompt.description);
  const [tags, setTags] = useState(prompt.tags);
  const [problem, setProblem] = useState<string | null>(null);
  const known = useQuery(tagsQuery);
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    const update = async (force: boolean) => {
      await api.promptUpdate({ id: prompt.id, name, title, description, tags, force });
      onClose();
    };
    try {
      // A name that is taken is a conflict too, and nothing to be asked about.
      const uses = name === prompt.name ? [] : (await api.partialUseList({ id: prompt.id })).items;
      await (uses.length > 0 ? unlessUsed(texts.uses.rename, update) : update(false));
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label={texts.prompts.name}
          description={texts.prompts.newHint}
          error={problem !== null && <Marked text={problem} />}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={texts.prompts.titleField}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Textarea
          label={texts.prompts.description}
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <TagsInput
          label={texts.prompts.tags}
          value={tags}
          onChange={setTags}
          data={known.data?.items.map(({ tag }) => tag) ?? []}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.actions.cancel}
          </Button>
          <Button type="submit">{texts.actions.apply}</Button>
        </Group>
      </Stack>
    </form>
  );
}
