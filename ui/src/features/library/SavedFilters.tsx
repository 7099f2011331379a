import { ActionIcon, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type SyntheticEvent, useState } from 'react';
import { texts as appTexts } from '../../app/texts';
import { notifyError, notifyUndo } from '../../lib/notify';
import { isTaken, type ListSearch, type SavedFilter } from './filters';
import { save } from './queries';
import { libraryTexts } from './texts';

const texts = libraryTexts.saved;

interface Props {
  readonly opened: boolean;
  readonly saved: readonly SavedFilter[];
  readonly onClose: () => void;
}

/** Asks for the name under which the filter is saved. */
export function SaveFilter({ opened, saved, onClose, search }: Props & { readonly search: ListSearch }) {
  return (
    <Modal opened={opened} onClose={onClose} title={texts.save}>
      {opened && (
        <NameForm
          saved={saved}
          onName={async (name) => {
            await save([...saved, { name, search }]);
            onClose();
          }}
        />
      )}
    </Modal>
  );
}

function NameForm(props: { saved: readonly SavedFilter[]; onName: (name: string) => Promise<void> }) {
  const { saved, onName } = props;
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const wrong = problemWith(saved, name);
    setProblem(wrong);
    if (wrong === null) onName(name.trim()).catch(notifyError);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label={texts.name}
          error={problem}
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit">{appTexts.actions.save}</Button>
        </Group>
      </Stack>
    </form>
  );
}

function problemWith(others: readonly SavedFilter[], name: string): string | null {
  if (name.trim() === '') return texts.unnamed;
  return isTaken(others, name) ? texts.taken(name.trim()) : null;
}

/** Gives saved filters other names, and removes them. */
export function ManageFilters({ opened, saved, onClose }: Props) {
  const remove = async (filter: SavedFilter) => {
    await save(saved.filter((other) => other !== filter));
    notifyUndo(texts.removed(filter.name), () => save(saved));
    if (saved.length === 1) onClose();
  };
  const rename = (filter: SavedFilter, name: string) =>
    save(saved.map((other) => (other === filter ? { ...filter, name } : other)));
  return (
    <Modal opened={opened} onClose={onClose} title={texts.title}>
      <Stack gap="xs">
        {saved.map((filter) => (
          <Named
            key={filter.name}
            filter={filter}
            others={saved.filter((other) => other !== filter)}
            onRename={(name) => void rename(filter, name).catch(notifyError)}
            onRemove={() => void remove(filter).catch(notifyError)}
          />
        ))}
      </Stack>
    </Modal>
  );
}

function Named(props: {
  readonly filter: SavedFilter;
  readonly others: readonly SavedFilter[];
  readonly onRename: (name: string) => void;
  readonly onRemove: () => void;
}) {
  const { filter, others, onRename, onRemove } = props;
  const [name, setName] = useState(filter.name);
  const problem = problemWith(others, name);
  const take = () => {
    if (problem === null && name.trim() !== filter.name) onRename(name.trim());
  };
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <TextInput
        style={{ flex: 1 }}
        aria-label={texts.rename(filter.name)}
        error={problem}
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
        }}
      />
      <ActionIcon aria-label={texts.remove(filter.name)} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
