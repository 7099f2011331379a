import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import { Marked } from '../../components/Notice';
import { api, toApiError } from '../../host';
import { toAmount } from './scope';
import { budgetTexts } from './texts';

const words = budgetTexts.run;

/** Gives a run another cap. */
export function RaiseCap(props: { runId: string; cap: string; onClose: () => void }) {
  const { runId, onClose } = props;
  const [cap, setCap] = useState(props.cap);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    const capUsd = toAmount(cap);
    if (capUsd === null) {
      setProblem(budgetTexts.form.notAnAmount);
      return;
    }
    try {
      await api.runUpdate({ id: runId, capUsd });
      await queries.invalidateQueries({ queryKey: ['run', runId] });
      onClose();
    } catch (thrown) {
      setProblem(toApiError(thrown).message);
    }
  };
  return (
    <Modal opened onClose={onClose} title={words.raiseTitle}>
      <form onSubmit={(event) => void save(event)}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={budgetTexts.form.cap}
            description={words.raiseText}
            inputMode="decimal"
            value={cap}
            error={problem === null ? null : <Marked text={problem} />}
            onChange={(event) => {
              setCap(event.currentTarget.value);
              setProblem(null);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {budgetTexts.form.cancel}
            </Button>
            <Button type="submit">{words.save}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
