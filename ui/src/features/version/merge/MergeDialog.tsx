import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../../app/live';
import type { Content, MergePreview, Prompt } from '../../../bindings/types';
import { api, toApiError } from '../../../host';
import { notifyDone, notifyError, notifyUndo } from '../../../lib/notify';
import type { Work } from '../../prompt/useWork';
import { nameOf } from '../actions';
import { mergeQuery } from '../queries';
import classes from './Merge.module.css';
import { MergeEditor } from './MergeEditor';
import { mergeTexts as texts } from './texts';

interface MergeProps {
  readonly prompt: Prompt;
  readonly work: Work;
  /** The branch that is merged into the one that the work is for. */
  readonly from: string;
  readonly onClose: () => void;
}

/** Merges a branch into the one that the work is for; conflicts are settled here, one by one. */
export function MergeDialog(props: MergeProps) {
  const { prompt, work, from, onClose } = props;
  const into = work.branch;
  const merge = useQuery(mergeQuery(prompt.id, from, into));
  return (
    <Modal opened onClose={onClose} title={texts.title(from, into)} size="min(1120px, 94vw)">
      {merge.isPending && <p className={classes.told}>{texts.loading}</p>}
      {merge.isError && <p className={classes.told}>{toApiError(merge.error).message}</p>}
      {merge.data !== undefined && <Merging {...props} into={into} preview={merge.data} />}
    </Modal>
  );
}

function Merging(props: MergeProps & { readonly into: string; readonly preview: MergePreview }) {
  const { prompt, work, from, into, preview, onClose } = props;
  const { conflicts, content, outcome, changes } = preview;
  const [note, setNote] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const save = async (result: Content) => {
    setIsBusy(true);
    try {
      await mergeInto(prompt, work, { from, into, note, preview, result });
      onClose();
    } catch (thrown) {
      notifyError(thrown);
    }
    setIsBusy(false);
  };
  return (
    <MergeEditor
      key={`${preview.ours.id} ${preview.theirs.id}`}
      content={content}
      conflicts={conflicts}
      changes={changes}
      names={{ from, into }}
      told={outcome === 'merged' ? null : texts[outcome](from, into)}
      foot={(result, isSettled) => (
        <>
          {outcome === 'merged' && (
            <TextInput
              className={classes.why ?? ''}
              aria-label={texts.note}
              placeholder={texts.note}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          )}
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button
            disabled={!isSettled || outcome === 'upToDate'}
            loading={isBusy}
            onClick={() => void save(result)}
          >
            {texts.merge}
          </Button>
        </>
      )}
    />
  );
}

interface Settled {
  readonly from: string;
  readonly into: string;
  readonly note: string;
  readonly preview: MergePreview;
  readonly result: Content;
}

/** Saves the merge, and offers to take the branch back to where it was; the merge stays in the history. */
async function mergeInto(prompt: Prompt, work: Work, settled: Settled): Promise<void> {
  const { from, into, note, preview, result } = settled;
  const id = prompt.id;
  await work.keep();
  const { version, before } = await api.versionMerge({
    id,
    from,
    into,
    note,
    content: preview.outcome === 'merged' ? result : null,
    ours: preview.ours.id,
    theirs: preview.theirs.id,
  });
  const read = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['versions', id] }),
      queries.invalidateQueries({ queryKey: ['prompt', id] }),
    ]);
  await read();
  if (version.id === before) {
    notifyDone(texts.unchanged);
    return;
  }
  notifyUndo(texts.done(from, into, nameOf(version)), async () => {
    await api.branchPut({ id, name: into, version: before, expected: version.id });
    await read();
  });
}
