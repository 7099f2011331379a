import { Button, Group, Loader, Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ImportFile, ImportPreview, ImportResult, Outcome, TakenNames } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { notifyDone, notifyUndo } from '../../lib/notify';
import { toBase64 } from '../content/attachments';
import { type Choice, isFit, proposed, toCome, toRequest } from './choices';
import { DropFiles } from './DropFiles';
import { FoundPrompts } from './FoundPrompts';
import { type Counts, transferTexts as words } from './texts';

type Step =
  | { kind: 'choose'; error: unknown }
  | { kind: 'busy' }
  | {
      kind: 'look';
      files: ImportFile[];
      preview: ImportPreview;
      choices: ReadonlyMap<string, Choice>;
      taken: TakenNames;
      error: unknown;
    };

/** From files to what the workspace holds: what is in them and what of it is not understood, before anything is changed. */
export function ImportWizard({ onClose }: { onClose: () => void }) {
  const [step, setStep] = useState<Step>({ kind: 'choose', error: null });
  const navigate = useNavigate();

  const look = async (chosen: readonly File[]) => {
    setStep({ kind: 'busy' });
    try {
      const files = await Promise.all(
        chosen.map(async (file) => ({ name: file.name, data: await toBase64(file) })),
      );
      const preview = await api.importPreview({ files });
      const choices = new Map(preview.prompts.map((item) => [item.name, proposed(item)]));
      setStep({ kind: 'look', files, preview, choices, taken: 'rename', error: null });
    } catch (error) {
      setStep({ kind: 'choose', error });
    }
  };
  const apply = async () => {
    if (step.kind !== 'look') return;
    setStep({ kind: 'busy' });
    try {
      const { files, taken } = step;
      const result = await api.importApply({ files, choices: toRequest(step.choices), taken });
      onClose();
      say(result);
      const first = result.prompts.find(({ id }) => id !== null)?.id;
      if (first !== null && first !== undefined) {
        await navigate({ to: '/prompts/$id', params: { id: first } });
      }
    } catch (error) {
      setStep({ ...step, error });
    }
  };

  const counts = step.kind === 'look' ? toCome(step.preview, step.choices, step.taken) : null;
  const isAny = counts !== null && counts.prompts + counts.datasets + counts.suites > 0;
  const fits = step.kind !== 'look' || [...step.choices.keys()].every((name) => isFit(step.choices, name));
  return (
    <Modal opened onClose={onClose} title={words.import} size={step.kind === 'look' ? 1040 : 'lg'}>
      {step.kind === 'busy' && (
        <Group justify="center" p="xl" role="status">
          <Loader size="sm" aria-hidden />
          {words.reading}
        </Group>
      )}
      {step.kind === 'choose' && (
        <DropFiles onFiles={(files) => void look(files)}>
          {step.error !== null && <Problem error={step.error} />}
        </DropFiles>
      )}
      {step.kind === 'look' && (
        <>
          {step.error !== null && <Problem error={step.error} />}
          <FoundPrompts
            preview={step.preview}
            choices={step.choices}
            onChoice={(name, choice) =>
              setStep({ ...step, choices: new Map(step.choices).set(name, choice), error: null })
            }
            taken={step.taken}
            onTaken={(taken) => setStep({ ...step, taken, error: null })}
          />
          <Group justify="flex-end" mt="md">
            <Button variant="subtle" onClick={() => setStep({ kind: 'choose', error: null })}>
              {words.otherFiles}
            </Button>
            <Button variant="default" onClick={onClose}>
              {texts.actions.cancel}
            </Button>
            <Button disabled={!isAny || !fits} onClick={() => void apply()}>
              {isAny ? words.apply(counts) : words.nothing}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  );
}

/** Says what was imported. What was made can go to the bin; what was added to something stays. */
function say(result: ImportResult): void {
  const made = of(result, 'created');
  const message = words.done(counted(made), counted(of(result, 'updated')));
  if (made.prompts.length + made.datasets.length + made.suites.length === 0) {
    notifyDone(message);
    return;
  }
  notifyUndo(message, async () => {
    for (const id of made.suites) await api.suiteDelete({ id });
    for (const id of made.datasets) await api.datasetDelete({ id });
    for (const id of made.prompts) await api.promptDelete({ id });
  });
}

type Ids = Record<keyof Counts, string[]>;

/** The ids of what came to this end. */
function of({ prompts, datasets, suites }: ImportResult, wanted: Outcome): Ids {
  const ids = (outcomes: readonly { id: string | null; outcome: Outcome }[]) =>
    outcomes.flatMap(({ id, outcome }) => (id !== null && outcome === wanted ? [id] : []));
  return { prompts: ids(prompts), datasets: ids(datasets), suites: ids(suites) };
}

const counted = ({ prompts, datasets, suites }: Ids): Counts => ({
  prompts: prompts.length,
  datasets: datasets.length,
  suites: suites.length,
});
