import { Button, Checkbox, Skeleton, TextInput } from '@mantine/core';
import { IconLink, IconLinkOff, IconShieldCheck } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { queries } from '../../app/live';
import type { FolderAnswer, FolderView } from '../../bindings/types';
import { CopyIcon } from '../../components/CopyIcon';
import { Marked, Problem } from '../../components/Notice';
import { api, toApiError } from '../../host';
import { moment } from '../../lib/format';
import { notifyDone, notifyError } from '../../lib/notify';
import { Fact } from '../workspace/Fact';
import workspace from '../workspace/workspace.module.css';
import { Conflicts } from './Conflicts';
import classes from './folder.module.css';
import { FileTable } from './FileTable';
import { folderQuery } from './queries';
import { folderTexts as words } from './texts';

function take(answer: FolderAnswer): void {
  queries.setQueryData(folderQuery.queryKey, answer);
}

/** The folder of files that the workspace is linked to. */
export function FolderScreen() {
  const answer = useQuery(folderQuery);
  const folder = answer.data?.folder;
  return (
    <div className={workspace.page}>
      <h1>{words.title}</h1>
      <p className={workspace.about}>
        <Marked text={words.about} />
      </p>
      {answer.isError && <Problem error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={160} />}
      {answer.data !== undefined && folder == null && <LinkForm />}
      {folder != null && <Linked folder={folder} />}
    </div>
  );
}

function LinkForm() {
  const [path, setPath] = useState('');
  const [create, setCreate] = useState(false);
  const [exports, setExports] = useState(false);
  const link = useMutation({
    mutationFn: () => api.folderLink({ path: path.trim(), create, export: exports }),
    onSuccess: take,
  });
  const error = link.isError ? toApiError(link.error) : null;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        link.mutate();
      }}
    >
      <TextInput
        label={words.path}
        description={<Marked text={words.pathHint} />}
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
        error={error !== null && <Marked text={`${error.message}. ${error.hint ?? ''}`} />}
        spellCheck={false}
        autoComplete="off"
      />
      <Checkbox
        label={words.create}
        checked={create}
        onChange={(event) => setCreate(event.currentTarget.checked)}
      />
      <Checkbox
        label={words.export}
        checked={exports}
        onChange={(event) => setExports(event.currentTarget.checked)}
      />
      <div>
        <Button
          type="submit"
          leftSection={<IconLink size={14} aria-hidden />}
          loading={link.isPending}
          disabled={path.trim() === ''}
        >
          {words.link}
        </Button>
      </div>
    </form>
  );
}

function Linked({ folder }: { folder: FolderView }) {
  const unlink = useMutation({
    mutationFn: () => api.folderUnlink(),
    onSuccess: (answer) => {
      take(answer);
      notifyDone(words.unlinked(folder.path));
    },
    onError: notifyError,
  });
  return (
    <>
      {!folder.trusted && <Untrusted path={folder.path} />}
      <dl className={workspace.facts}>
        <Fact name={words.path}>
          <span className="mono">{folder.path}</span>
          <CopyIcon value={folder.path} label={words.path} />
          <Button
            variant="default"
            leftSection={<IconLinkOff size={14} aria-hidden />}
            loading={unlink.isPending}
            onClick={() => unlink.mutate()}
          >
            {words.unlink}
          </Button>
        </Fact>
        <Fact name={words.state}>
          <State folder={folder} />
        </Fact>
        {folder.git != null && (
          <Fact name={words.git}>{words.branch(folder.git.branch, folder.git.dirty)}</Fact>
        )}
        <Fact name={words.changed}>{folder.changedAt == null ? words.never : moment(folder.changedAt)}</Fact>
      </dl>
      {folder.conflicts.length > 0 && <Conflicts conflicts={folder.conflicts} />}
      {folder.problems.length > 0 && (
        <FileTable
          title={words.problems}
          rows={folder.problems.map(({ path, line, column, message, hint }) => ({
            path: words.place(path, line, column),
            text: hint === '' ? message : `${message}. ${hint}`,
          }))}
        />
      )}
      {folder.notices.length > 0 && (
        <FileTable
          title={words.notices}
          rows={folder.notices.map(({ at, message }) => ({ path: moment(at), text: message }))}
        />
      )}
      {folder.skippedCount > 0 && (
        <FileTable
          title={words.skipped(folder.skippedCount)}
          rows={folder.skipped.map(({ path, message }) => ({ path, text: message }))}
        />
      )}
    </>
  );
}

function State({ folder: { status, files, waiting, polling } }: { folder: FolderView }) {
  const more = [words.statusText[status], polling == null ? '' : words.polling(polling)];
  return (
    <span>
      <b data-status={status} className={classes.status}>
        {words.status[status]}
      </b>{' '}
      <span className="num">{waiting > 0 ? words.waiting(waiting) : words.files(files)}</span>
      {more
        .filter((text) => text !== '')
        .map((text) => (
          <div key={text} className={workspace.quiet}>
            <Marked text={text} />
          </div>
        ))}
    </span>
  );
}

function Untrusted({ path }: { path: string }) {
  const id = useId();
  const trust = useMutation({
    mutationFn: () => api.folderTrust({ path }),
    onSuccess: take,
    onError: notifyError,
  });
  return (
    <section className={classes.untrusted} aria-labelledby={id}>
      <div>
        <h2 id={id}>{words.trustTitle}</h2>
        <p>{words.trustText}</p>
      </div>
      <Button
        leftSection={<IconShieldCheck size={14} aria-hidden />}
        loading={trust.isPending}
        onClick={() => trust.mutate()}
      >
        {words.trust}
      </Button>
    </section>
  );
}
