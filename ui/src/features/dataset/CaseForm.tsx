import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { texts } from '../../app/texts';
import type { Case, Column } from '../../bindings/types';
import { Marked } from '../../components/Notice';
import { type DraftRow, valueOf, valueText } from './draft';
import { datasetTexts } from './texts';

const words = datasetTexts.form;

interface Props {
  /** The row; `null` for a new one. */
  readonly row: DraftRow | null;
  readonly label: string;
  readonly columns: readonly Column[];
  readonly onKeep: (next: Case) => void;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}

/** The cells of a row, one below the other. */
export function CaseForm({ row, label, columns, onKeep, onRemove, onClose }: Props) {
  const before: Case = row?.case ?? { position: 0, inputs: {} };
  const inputs = columns.filter(({ kind }) => kind === 'input').map(({ name }) => name);
  const [cells, setCells] = useState<Record<string, string>>(() =>
    Object.fromEntries(inputs.map((name) => [name, valueText(before.inputs[name])])),
  );
  const [expected, setExpected] = useState(valueText(before.expected));
  const [name, setName] = useState(before.name ?? '');
  const [tags, setTags] = useState((before.tags ?? []).join(', '));
  const [wrong, setWrong] = useState<string | null>(null);
  const keep = (event: SyntheticEvent) => {
    event.preventDefault();
    const values: Record<string, unknown> = { ...before.inputs };
    for (const input of inputs) {
      const text = cells[input] ?? '';
      if (text === '' && !(input in before.inputs)) continue;
      const value = valueOf(text, before.inputs[input]);
      if (value === undefined) {
        setWrong(input);
        return;
      }
      values[input] = value;
    }
    const answer = expected === '' ? undefined : valueOf(expected, before.expected);
    if (expected !== '' && answer === undefined) {
      setWrong('expected');
      return;
    }
    onKeep({
      ...before,
      inputs: values,
      expected: answer,
      name,
      tags: tags
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
    });
  };
  const problem = (input: string) => (wrong === input ? <Marked text={words.notJson(input)} /> : null);
  return (
    <Modal opened onClose={onClose} size="lg" title={row === null ? words.add : words.edit(label)}>
      <form onSubmit={keep}>
        <Stack>
          {inputs.map((input, at) => (
            <Textarea
              key={input}
              data-autofocus={at === 0 || undefined}
              label={input}
              autosize
              minRows={1}
              maxRows={10}
              value={cells[input] ?? ''}
              error={problem(input)}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setCells((now) => ({ ...now, [input]: value }));
                setWrong(null);
              }}
            />
          ))}
          <Textarea
            label={datasetTexts.expected}
            autosize
            minRows={1}
            maxRows={10}
            value={expected}
            error={problem('expected')}
            onChange={(event) => {
              setExpected(event.currentTarget.value);
              setWrong(null);
            }}
          />
          <TextInput
            label={words.name}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={words.tags}
            value={tags}
            onChange={(event) => setTags(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            {row !== null && (
              <Button variant="subtle" color="red" mr="auto" onClick={onRemove}>
                {words.remove}
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              {texts.actions.cancel}
            </Button>
            <Button type="submit">{words.keep}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
