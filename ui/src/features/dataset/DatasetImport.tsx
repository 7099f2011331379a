import {
  Button,
  FileButton,
  Group,
  Modal,
  NativeSelect,
  Select,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queries } from '../../app/live';
import { texts } from '../../app/texts';
import type { Dataset, DatasetPreview, ImportMode } from '../../bindings/types';
import { Marked, Problem } from '../../components/Notice';
import { api } from '../../host';
import { count } from '../../lib/format';
import { notifyDone } from '../../lib/notify';
import { toBase64 } from '../content/attachments';
import { promptsQuery } from '../prompt/queries';
import { FoundCases } from './FoundCases';
import { datasetTexts } from './texts';

const words = datasetTexts.wizard;

/** A table as the host takes it. */
interface Source {
  readonly name: string;
  readonly text?: string;
  readonly data?: string;
}

interface Looked {
  readonly source: Source;
  readonly preview: DatasetPreview;
}

/** From a file or a pasted table to a dataset, or to the next version of one: what is in it comes first. */
export function DatasetImport({ dataset, onClose }: { dataset: Dataset | null; onClose: () => void }) {
  const [pasted, setPasted] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [prompt, setPrompt] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [mode, setMode] = useState<ImportMode>('append');
  const [looked, setLooked] = useState<Looked | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const prompts = useQuery(promptsQuery({})).data?.items ?? [];
  const navigate = useNavigate();
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const look = () =>
    attempt(async () => {
      const source =
        file === null ? { name: '', text: pasted } : { name: file.name, data: await toBase64(file) };
      const preview = await api.datasetPreview({ ...source, prompt });
      setLooked({ source, preview });
      if (name === '' && file !== null) setName(toName(file.name));
    });
  const apply = (source: Source) =>
    attempt(async () => {
      const existing = dataset === null ? null : mode;
      const to = dataset?.name ?? name;
      const version = await api.datasetImport({ ...source, dataset: to, prompt, existing });
      await queries.invalidateQueries({ queryKey: ['datasets'] });
      await queries.invalidateQueries({ queryKey: ['dataset', version.datasetId] });
      notifyDone(words.imported(to, count(version.cases)));
      onClose();
      await navigate({ to: '/datasets/$id', params: { id: version.datasetId } });
    });
  const fits =
    looked !== null && looked.preview.wrong === 0 && (looked.preview.fit?.sensitive.length ?? 0) === 0;
  return (
    <Modal
      opened
      onClose={onClose}
      size={looked === null ? 'lg' : 900}
      title={dataset === null ? words.title : words.rows(dataset.name)}
    >
      <Stack>
        {error !== null && <Problem error={error} />}
        {looked === null ? (
          <>
            <Textarea
              data-autofocus
              label={words.paste}
              description={words.pasteHint}
              rows={8}
              disabled={file !== null}
              value={pasted}
              onChange={(event) => setPasted(event.currentTarget.value)}
            />
            <Group>
              <FileButton onChange={setFile}>
                {(button) => (
                  <Button variant="default" {...button}>
                    {words.file}
                  </Button>
                )}
              </FileButton>
              {file !== null && <span>{words.chosen(file.name)}</span>}
            </Group>
            <Select
              label={words.prompt}
              placeholder={words.promptNone}
              searchable
              clearable
              data={prompts.map((one) => one.name)}
              value={prompt}
              onChange={setPrompt}
            />
          </>
        ) : (
          <>
            <FoundCases preview={looked.preview} />
            {dataset === null ? (
              <TextInput
                data-autofocus
                label={words.name}
                description={<Marked text={words.nameHint} />}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
            ) : (
              <NativeSelect
                label={words.mode}
                data={(['append', 'replace'] as const).map((value) => ({ value, label: words.modes[value] }))}
                value={mode}
                onChange={(event) => setMode(event.currentTarget.value as ImportMode)}
              />
            )}
          </>
        )}
        <Group justify="flex-end">
          {looked !== null && (
            <Button variant="subtle" onClick={() => setLooked(null)}>
              {words.others}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {texts.actions.cancel}
          </Button>
          {looked === null ? (
            <Button
              loading={busy}
              disabled={file === null && pasted.trim() === ''}
              onClick={() => void look()}
            >
              {words.look}
            </Button>
          ) : (
            <Button
              loading={busy}
              disabled={!fits || (dataset === null && name.trim() === '')}
              onClick={() => void apply(looked.source)}
            >
              {words.import(count(looked.preview.cases))}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

/** A name for a dataset that is like the name of a file. */
function toName(file: string): string {
  const stem = file.replace(/\.[^.]*$/, '').toLowerCase();
  return stem.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '');
}
