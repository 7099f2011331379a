import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Prompt } from '../../bindings/types';
import { toApiError } from '../../host';
import type { Work } from '../prompt/useWork';
import { BranchMenu } from './BranchMenu';
import { Comparison } from './Comparison';
import { HistoryList } from './HistoryList';
import { MergeDialog } from './merge/MergeDialog';
import { versionsQuery } from './queries';
import { versionTexts as texts } from './texts';
import classes from './VersionsTab.module.css';

interface Props {
  readonly prompt: Prompt;
  readonly work: Work;
  /** The version that is to be shown first; the newest where nobody wants one. */
  readonly wanted: string | null;
}

/** The history of a prompt: the versions of all branches, each beside what is on screen now or any other. */
export function VersionsTab({ prompt, work, wanted }: Props) {
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    versionsQuery(prompt.id),
  );
  const versions = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  const [chosen, setChosen] = useState(wanted);
  const [merging, setMerging] = useState<string | null>(null);
  const known = versions.find(({ id }) => id === chosen);
  // A version that somebody was led to may be far down in the list, which is read up to it.
  const isFar = chosen !== null && known === undefined && hasNextPage;
  useEffect(() => {
    if (isFar) more();
  }, [isFar, more]);
  const version = known ?? versions[0];
  if (isPending || isFar) return <p className={classes.empty}>{texts.loading}</p>;
  if (error !== null) return <p className={classes.empty}>{toApiError(error).message}</p>;
  if (version === undefined) return <p className={classes.empty}>{texts.empty}</p>;
  return (
    <div className={classes.tab}>
      <div className={classes.list}>
        <div className={classes.branch}>
          <BranchMenu prompt={prompt} work={work} onMerge={setMerging} />
        </div>
        <HistoryList
          versions={versions}
          chosen={version.id}
          onChoose={setChosen}
          onMore={hasNextPage ? more : null}
        />
      </div>
      <Comparison prompt={prompt} work={work} version={version} versions={versions} />
      {merging !== null && (
        <MergeDialog prompt={prompt} work={work} from={merging} onClose={() => setMerging(null)} />
      )}
    </div>
  );
}
