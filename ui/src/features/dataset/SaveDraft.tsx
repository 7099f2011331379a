import { Button, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { queries } from '../../app/live';
import type { Dataset } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { api } from '../../host';
import { notifyDone } from '../../lib/notify';
import classes from './dataset.module.css';
import { changesOf, type Draft, toRequest } from './draft';
import { datasetQuery } from './queries';
import { datasetTexts as words } from './texts';

interface Props {
  readonly dataset: Dataset;
  readonly draft: Draft;
  readonly onSaved: (version: number) => void;
  readonly onDiscard: () => void;
}

/** Saves what was changed as one version, with a word on why. */
export function SaveDraft({ dataset, draft, onSaved, onDiscard }: Props) {
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isStale = draft.base !== dataset.head;
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const version = await api.datasetChange(toRequest(dataset.id, draft, note));
      await queries.invalidateQueries(datasetQuery(dataset.id));
      onSaved(version.number);
      notifyDone(words.saved(version.number));
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <form className={classes.bar} onSubmit={(event) => void save(event)}>
      <b>{words.unsaved(changesOf(draft))}</b>
      {isStale && <span role="alert">{words.stale}</span>}
      <span className="spacer" />
      <TextInput
        aria-label={words.note}
        placeholder={words.note}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Button variant="subtle" onClick={onDiscard}>
        {words.discard}
      </Button>
      <Button type="submit" loading={busy} disabled={isStale}>
        {words.save}
      </Button>
      {error !== null && <Problem error={error} />}
    </form>
  );
}
