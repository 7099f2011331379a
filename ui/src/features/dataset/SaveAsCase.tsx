import { Autocomplete, Button, Checkbox, Group, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { texts } from '../../app/texts';
import type { Execution } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { notifyDone } from '../../lib/notify';
import { datasetNamesQuery } from './queries';
import { datasetTexts } from './texts';

const words = datasetTexts.asCase;

/** Opens a dialog that puts what ran into a dataset. */
export function openSaveAsCase(execution: Execution): void {
  const modalId = modals.open({
    title: words.title,
    children: <SaveAsCase execution={execution} onClose={() => modals.close(modalId)} />,
  });
}

/** Puts the inputs of an execution, and its answer where that is what is expected, into a dataset. */
function SaveAsCase({ execution, onClose }: { execution: Execution; onClose: () => void }) {
  const known = useQuery(datasetNamesQuery);
  const hasAnswer = execution.status === 'completed';
  const [name, setName] = useState('');
  const [expectAnswer, setExpectAnswer] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const wanted = name.trim();
  const isNew = known.data !== undefined && !known.data.includes(wanted);
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (isNew) await api.datasetCreate({ name: wanted });
      const saved = await api.datasetAddExecutions({
        id: wanted,
        executions: [execution.id],
        expectAnswer,
        note: words.note,
      });
      notifyDone(words.saved(wanted, saved.cases));
      onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <Autocomplete
          data-autofocus
          label={words.dataset}
          description={words.hint}
          spellCheck={false}
          limit={50}
          data={known.data ?? []}
          value={name}
          onChange={setName}
        />
        <Checkbox
          label={words.expect}
          disabled={!hasAnswer}
          checked={expectAnswer}
          onChange={(event) => setExpectAnswer(event.currentTarget.checked)}
        />
        {error !== null && <Problem error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.actions.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={wanted === '' || known.data === undefined}>
            {isNew && wanted !== '' ? words.make : words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
