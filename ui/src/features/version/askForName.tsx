import { Button, Group, Stack, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type SyntheticEvent, useState } from 'react';
import { Marked } from '../../components/Notice';
import { toApiError } from '../../host';
import { versionTexts } from './texts';

const texts = versionTexts.dialog;

interface Question {
  readonly title: string;
  readonly field: string;
  readonly hint: string;
  readonly confirm: string;
  readonly start?: string;
  readonly mayBeEmpty?: boolean;
  /** Does it. What it refuses is shown at the field. */
  readonly onAnswer: (text: string) => Promise<void>;
}

/** Asks for a short text in a dialog. */
export function askForName(question: Question): void {
  const id = modals.open({
    title: question.title,
    children: <Form {...question} onClose={() => modals.close(id)} />,
  });
}

function Form(props: Question & { readonly onClose: () => void }) {
  const [text, setText] = useState(props.start ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    try {
      await props.onAnswer(text.trim());
      props.onClose();
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          data-autofocus
          label={props.field}
          description={props.hint}
          value={text}
          error={problem !== null && <Marked text={problem} />}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" disabled={text.trim() === '' && props.mayBeEmpty !== true}>
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
