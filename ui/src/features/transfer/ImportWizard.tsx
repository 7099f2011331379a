import { Button, Group, Loader, Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ImportFile, ImportPreview, ImportResult } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { notifyDone, notifyUndo } from '../../lib/notify';
import { toBase64 } from '../content/attachments';
import { type Choice, isFit, proposed, toRequest } from './choices';
import { DropFiles } from './DropFiles';
import { FoundPrompts } from './FoundPrompts';
import { transferTexts as words } from './texts';

type Step =
  | { kind: 'choose'; error: unknown }
  | { kind: 'busy' }
  | {
      kind: 'look';
      files: ImportFile[];
      preview: ImportPreview;
      choices: ReadonlyMap<string, Choice>;
      error: unknown;
    };

/** From files to prompts: what is in them and what of it is not understood, before anything is changed. */
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
      setStep({ kind: 'look', files, preview, choices, error: null });
    } catch (error) {
      setStep({ kind: 'choose', error });
    }
  };
  const apply = async () => {
    if (step.kind !== 'look') return;
    setStep({ kind: 'busy' });
    try {
      const result = await api.importApply({ files: step.files, choices: toRequest(step.choices) });
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

  const taken = step.kind === 'look' ? [...step.choices].filter(([, { action }]) => action !== 'skip') : [];
  const fits = step.kind !== 'look' || taken.every(([name]) => isFit(step.choices, name));
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
          />
          <Group justify="flex-end" mt="md">
            <Button variant="subtle" onClick={() => setStep({ kind: 'choose', error: null })}>
              {words.others}
            </Button>
            <Button variant="default" onClick={onClose}>
              {texts.actions.cancel}
            </Button>
            <Button disabled={taken.length === 0 || !fits} onClick={() => void apply()}>
              {taken.length === 0 ? words.nothing : words.apply(taken.length)}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  );
}

/** Says what was imported. Prompts that were made can go to the bin; versions that were added stay. */
function say({ prompts }: ImportResult): void {
  const created = prompts.filter(({ outcome }) => outcome === 'created');
  const updated = prompts.filter(({ outcome }) => outcome === 'updated');
  const message = words.done(created.length, updated.length);
  if (created.length === 0) {
    notifyDone(message);
    return;
  }
  notifyUndo(message, async () => {
    for (const { id } of created) if (id !== null) await api.promptDelete({ id });
  });
}
