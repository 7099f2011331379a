import { ActionIcon, Button, Modal, TextInput } from '@mantine/core';
import { IconCheck, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { queries } from '../../../app/live';
import type { MergePreview, Prompt } from '../../../bindings/types';
import { api, toApiError } from '../../../host';
import { notifyDone, notifyError, notifyUndo } from '../../../lib/notify';
import type { Work } from '../../prompt/useWork';
import { nameOf } from '../actions';
import { Changes } from '../Comparison';
import { mergeQuery } from '../queries';
import { ConflictCard } from './ConflictCard';
import classes from './Merge.module.css';
import { type Choice, resolve } from './resolve';
import { Result } from './Result';
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
  const { conflicts, content, outcome } = preview;
  const [choices, setChoices] = useState<(Choice | null)[]>(() => conflicts.map(() => null));
  const [at, setAt] = useState(0);
  const [note, setNote] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const result = useMemo(() => resolve(content, conflicts, choices), [content, conflicts, choices]);
  const open = choices.filter((choice) => choice === null).length;
  const choose = (choice: Choice | null) =>
    setChoices((all) => all.map((one, place) => (place === at ? choice : one)));
  const save = async () => {
    setIsBusy(true);
    try {
      await mergeInto(prompt, work, { from, into, note, preview, result });
      onClose();
    } catch (thrown) {
      notifyError(thrown);
    }
    setIsBusy(false);
  };
  const conflict = conflicts[at];
  return (
    <div className={classes.merge}>
      {outcome !== 'merged' && <p className={classes.told}>{texts[outcome](from, into)}</p>}
      {outcome === 'merged' && conflicts.length === 0 && (
        <p className={classes.told}>
          <IconCheck size={14} aria-hidden /> {texts.clean}
        </p>
      )}
      {conflict !== undefined && (
        <div className={classes.conflicts}>
          <div className={classes.steps} role="group" aria-label={texts.conflicts}>
            <ActionIcon aria-label={texts.previous} disabled={at === 0} onClick={() => setAt(at - 1)}>
              <IconChevronLeft size={16} aria-hidden />
            </ActionIcon>
            <span className="num">{texts.step(at + 1, conflicts.length)}</span>
            <ActionIcon
              aria-label={texts.next}
              disabled={at === conflicts.length - 1}
              onClick={() => setAt(at + 1)}
            >
              <IconChevronRight size={16} aria-hidden />
            </ActionIcon>
            <span role="status">{texts.open(open)}</span>
          </div>
          <ConflictCard
            key={at}
            conflict={conflict}
            content={content}
            names={{ from, into }}
            choice={choices[at] ?? null}
            onChoose={choose}
          />
        </div>
      )}
      <Changes changes={preview.changes} />
      <Result content={result} />
      <div className={classes.foot}>
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
        <Button disabled={open > 0 || outcome === 'upToDate'} loading={isBusy} onClick={() => void save()}>
          {texts.merge}
        </Button>
      </div>
    </div>
  );
}

interface Settled {
  readonly from: string;
  readonly into: string;
  readonly note: string;
  readonly preview: MergePreview;
  readonly result: MergePreview['content'];
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
