import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { texts } from '../../app/texts';
import { Marked } from '../../components/Notice';
import { toApiError } from '../../host';
import { inputSetTexts as words } from './texts';

/** Asks for the name of an input set. */
export function NameInputSet(props: {
  readonly title: string;
  readonly name: string;
  /** Names that other sets have. */
  readonly taken: string[];
  readonly onName: (name: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(props.name);
  const [problem, setProblem] = useState<string | null>(null);
  const wanted = name.trim();
  const isTaken = props.taken.some((other) => other.toLowerCase() === wanted.toLowerCase());
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    try {
      await props.onName(wanted);
      props.onClose();
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
    }
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextInput
            data-autofocus
            label={words.name}
            description={words.nameHint}
            value={name}
            error={isTaken ? words.taken : problem !== null && <Marked text={problem} />}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setProblem(null);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {texts.actions.cancel}
            </Button>
            <Button type="submit" disabled={wanted === '' || isTaken}>
              {texts.actions.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
