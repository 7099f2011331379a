import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { texts } from '../../app/texts';
import type { Column } from '../../bindings/types';
import { datasetTexts as words } from './texts';

interface Props {
  readonly columns: readonly Column[];
  /** The column that gets another name; `null` for a new one. */
  readonly column: Column | null;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}

/** The name of a new column, or another one for a column. */
export function ColumnName({ columns, column, onName, onClose }: Props) {
  const [name, setName] = useState(column?.name ?? '');
  const wanted = name.trim();
  const kind = column?.kind ?? 'input';
  const isTaken = columns.some(
    (other) => other.kind === kind && other.name === wanted && other.name !== column?.name,
  );
  const isSame = wanted === '' || wanted === column?.name;
  const take = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isTaken && !isSame) onName(wanted);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={column === null ? words.addColumn : words.renameColumnOf(column.name)}
    >
      <form onSubmit={take}>
        <Stack>
          <TextInput
            data-autofocus
            label={kind === 'input' ? words.columnName : words.fieldName}
            value={name}
            error={isTaken ? words.columnTaken : null}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.actions.cancel}
            </Button>
            <Button type="submit" disabled={isTaken || isSame}>
              {column === null ? texts.actions.add : words.rename}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
