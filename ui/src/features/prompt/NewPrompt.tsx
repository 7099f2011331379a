import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure, useWindowEvent } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { texts } from '../../app/texts';
import { api, toApiError } from '../../host';
import { Marked } from '../../components/Notice';
import { emptyContent } from './desk';

const OPEN = 'formaops:new-prompt';

/** Asks for a new prompt, from wherever the reader is. */
export function openNewPrompt(): void {
  window.dispatchEvent(new CustomEvent(OPEN));
}

/** Asks for the name of a new prompt, makes it and opens it. Stands once in the frame. */
export function NewPrompt() {
  const [opened, dialog] = useDisclosure(false);
  useWindowEvent(OPEN, dialog.open);
  const onClose = dialog.close;
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const navigate = useNavigate();
  const create = async (event: SyntheticEvent) => {
    event.preventDefault();
    try {
      const { prompt } = await api.promptCreate({ name, content: emptyContent });
      onClose();
      setName('');
      await navigate({ to: '/prompts/$id', params: { id: prompt.id } });
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={texts.prompts.new}>
      <form onSubmit={(event) => void create(event)}>
        <Stack>
          <TextInput
            data-autofocus
            label={texts.prompts.name}
            description={texts.prompts.newHint}
            value={name}
            error={problem !== null && <Marked text={problem} />}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setProblem(null);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.actions.cancel}
            </Button>
            <Button type="submit" disabled={name === ''}>
              {texts.actions.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
