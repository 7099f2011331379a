import { Button, Checkbox, Group, Modal, NativeSelect, Stack } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { Export, Format } from '../../bindings/types';
import { Marked, Problem } from '../../components/Notice';
import { api, host } from '../../host';
import { notifyDone } from '../../lib/notify';
import type { ToExport } from './open';
import { transferTexts as words } from './texts';
import classes from './transfer.module.css';

const FORMATS = Object.keys(words.formats) as Format[];
/** The formats that have one file for any number of prompts, which is what a window can save. */
const OF_MANY: readonly Format[] = ['json', 'yaml', 'langfuse'];
const OWN: readonly Format[] = ['json', 'yaml'];

/** Saves a prompt, or the whole workspace, as a file. */
export function ExportDialog({ prompt, onClose }: { prompt: ToExport | null; onClose: () => void }) {
  const formats = prompt === null ? OF_MANY : FORMATS;
  const [format, setFormat] = useState<Format>('json');
  const [history, setHistory] = useState(true);
  const [results, setResults] = useState(false);
  const [attachments, setAttachments] = useState(true);
  const [datasets, setDatasets] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [left, setLeft] = useState<Export | null>(null);
  const isOwn = OWN.includes(format);
  const save = async () => {
    setError(null);
    try {
      const made = await api.exportCreate({
        prompts: prompt === null ? [] : [prompt.id],
        format,
        history: history && (isOwn || format === 'langfuse'),
        results: results && isOwn,
        withoutAttachments: !attachments,
        withoutDatasets: !datasets,
      });
      const path = await host.saveFile(made.name, fromBase64(made.data));
      notifyDone(words.saved(made, path));
      if (made.notes.length === 0) onClose();
      else setLeft(made);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Modal opened onClose={onClose} title={prompt === null ? words.export : words.exportOne(prompt.name)}>
      <Stack>
        {error !== null && <Problem error={error} />}
        <NativeSelect
          data-autofocus
          label={words.format}
          description={prompt === null ? words.several : undefined}
          data={formats.map((value) => ({ value, label: words.formats[value] }))}
          value={format}
          onChange={(event) => {
            setFormat(event.currentTarget.value as Format);
            setLeft(null);
          }}
        />
        {(isOwn || format === 'langfuse') && (
          <Checkbox
            label={words.history}
            description={words.historyHint}
            checked={history}
            onChange={(event) => setHistory(event.currentTarget.checked)}
          />
        )}
        {isOwn && (
          <>
            <Checkbox
              label={words.results}
              description={words.resultsHint}
              checked={results}
              onChange={(event) => setResults(event.currentTarget.checked)}
            />
            <Checkbox
              label={words.attachments}
              description={words.attachmentsHint}
              checked={attachments}
              onChange={(event) => setAttachments(event.currentTarget.checked)}
            />
            {prompt === null && (
              <Checkbox
                label={words.datasets}
                description={words.datasetsHint}
                checked={datasets}
                onChange={(event) => setDatasets(event.currentTarget.checked)}
              />
            )}
          </>
        )}
        <p className={classes.hint}>
          {prompt === null && isOwn && `${words.whole} `}
          {words.sensitive}
        </p>
        {left !== null && (
          <div role="status">
            <h3 className={classes.heading}>{words.notHeld}</h3>
            <ul className={classes.notes}>
              {left.notes.map((note, at) => (
                <li key={at}>
                  <Marked text={note.message} />
                  <small>{note.at.path}</small>
                </li>
              ))}
            </ul>
          </div>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {left === null ? texts.actions.cancel : texts.actions.close}
          </Button>
          <Button onClick={() => void save()}>{words.save}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** A text in UTF-8 that came in base 64. */
function fromBase64(data: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)));
}
