import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { texts } from '../../app/texts';
import type { Column } from '../../bindings/types';
import { datasetTexts as words } from './texts';

interface Props {
  readonly columns: readonly Column[];
  readonly onAdd: (name: string) => void;
  readonly onClose: () => void;
}

/** A column for one more variable. */
export function AddColumn({ columns, onAdd, onClose }: Props) {
  const [name, setName] = useState('');
  const wanted = name.trim();
  const isTaken = columns.some((column) => column.kind === 'input' && column.name === wanted);
  const add = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isTaken && wanted !== '') onAdd(wanted);
  };
  return (
    <Modal opened onClose={onClose} title={words.addColumn}>
      <form onSubmit={add}>
        <Stack>
          <TextInput
            data-autofocus
            label={words.columnName}
            value={name}
            error={isTaken ? words.columnTaken : null}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.actions.cancel}
            </Button>
            <Button type="submit" disabled={isTaken || wanted === ''}>
              {texts.actions.add}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
