import { Button, Skeleton } from '@mantine/core';
import { IconGitMerge } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { queries } from '../../app/live';
import type { FolderConflict, ResolveFolderFile } from '../../bindings/types';
import { Marked, Problem } from '../../components/Notice';
import { MergeSides } from '../../components/MergeSides';
import { MergeViewer } from '../../components/MergeViewer';
import { api } from '../../host';
import { notifyDone, notifyError } from '../../lib/notify';
import { handlebars } from '../content/editor/handlebars';
import { theme } from '../content/editor/theme';
import workspace from '../workspace/workspace.module.css';
import { FileMerge } from './FileMerge';
import classes from './folder.module.css';
import { folderFileQuery, folderQuery } from './queries';
import { folderTexts as words } from './texts';

type Decision = Pick<ResolveFolderFile, 'take' | 'merged'>;

const looks = [handlebars, theme];

/** What was changed here and in its file, with both sides and a way out of each. */
export function Conflicts({ conflicts }: { conflicts: FolderConflict[] }) {
  const id = useId();
  return (
    <section className={workspace.section} aria-labelledby={id}>
      <h2 id={id}>{words.conflicts}</h2>
      <p className={workspace.about}>{words.conflictText}</p>
      {conflicts.map((conflict) => (
        <Conflict key={conflict.id} conflict={conflict} />
      ))}
    </section>
  );
}

function Conflict({ conflict: { id, kind, name, path } }: { conflict: FolderConflict }) {
  const title = useId();
  const [isMerging, setIsMerging] = useState(false);
  const answer = useQuery(folderFileQuery(id));
  const file = answer.data?.file;
  const sides = file?.conflict;
  const merged = sides?.merged;
  const decide = useMutation({
    mutationFn: async (decision: Decision) => {
      if (file?.hash == null || sides == null) return;
      await api.folderFileResolve({ id, hash: file.hash, head: sides.head, ...decision });
      setIsMerging(false);
      notifyDone(words.decided(name));
    },
    onError: notifyError,
    // Where one of both was changed meanwhile, it is shown as it is now.
    onSettled: async () => {
      await queries.invalidateQueries(folderFileQuery(id));
      await queries.invalidateQueries(folderQuery);
    },
  });
  return (
    <article className={classes.conflict} aria-labelledby={title}>
      <header>
        <h3 id={title} className="mono">
          {path}
        </h3>
        <span className="spacer" />
        <Button
          variant="default"
          disabled={sides == null || decide.isPending}
          onClick={() => decide.mutate({ take: 'ours' })}
        >
          {words.keepOurs}
        </Button>
        <Button
          variant="default"
          disabled={sides == null || file?.problem != null || decide.isPending}
          onClick={() => decide.mutate({ take: 'theirs' })}
        >
          {words.takeTheirs}
        </Button>
        {kind === 'prompt' && (
          <Button
            leftSection={<IconGitMerge size={14} aria-hidden />}
            disabled={merged == null || decide.isPending}
            onClick={() => setIsMerging(true)}
          >
            {words.merge}
          </Button>
        )}
      </header>
      {answer.isError && <Problem error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={120} />}
      {file?.problem != null && sides != null && (
        <p className={classes.unreadable}>
          <Marked text={words.unreadable(file.problem)} />
        </p>
      )}
      {sides != null && (
        <>
          <MergeSides from={words.ours} to={words.theirs} layout="side" />
          <div className={classes.sides}>
            <MergeViewer
              from={sides.ours}
              to={sides.theirs}
              fromLabel={words.ours}
              toLabel={words.theirs}
              layout="side"
              isWhole={false}
              extensions={looks}
            />
          </div>
        </>
      )}
      {isMerging && merged != null && (
        <FileMerge
          // What was chosen is about both as they were.
          key={`${file?.hash ?? ''} ${sides?.head ?? ''}`}
          path={path}
          merged={merged}
          isBusy={decide.isPending}
          onMerge={(work) => decide.mutate({ take: 'merged', merged: work })}
          onClose={() => setIsMerging(false)}
        />
      )}
    </article>
  );
}
