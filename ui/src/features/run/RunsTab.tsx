import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Notice, Problem } from '../../components/Notice';
import { runsQuery } from './queries';
import { RunTable } from './RunTable';
import classes from './runs.module.css';
import { runsTexts } from './runs.texts';

/** The runs of one prompt, newest first. */
export function RunsTab({ promptId }: { promptId: string }) {
  const runs = useInfiniteQuery(runsQuery({ prompt: promptId, limit: 50 }));
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={classes.tab}>
      {runs.isError && <Problem error={runs.error} onRetry={() => void runs.refetch()} />}
      {items.length > 0 && <RunTable runs={items} />}
      {runs.isSuccess && items.length === 0 && (
        <Notice title={runsTexts.tab.title} text={runsTexts.tab.text} />
      )}
      {runs.hasNextPage && (
        <div className={classes.more}>
          <Button
            variant="default"
            loading={runs.isFetchingNextPage}
            onClick={() => void runs.fetchNextPage()}
          >
            {runsTexts.loadMore}
          </Button>
        </div>
      )}
    </div>
  );
}
