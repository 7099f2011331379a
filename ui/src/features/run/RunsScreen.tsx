import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { Notice, Problem } from '../../components/Notice';
import { filterOf, isFiltered, type RunSearch } from './history';
import { runsQuery } from './queries';
import { RunFilters } from './RunFilters';
import { RunHistory } from './RunHistory';
import classes from './runs.module.css';
import { runsTexts } from './runs.texts';

/** Every run of the workspace, newest first. What it is narrowed by stands in the address. */
export function RunsScreen() {
  const search = useSearch({ from: '/runs' });
  const navigate = useNavigate();
  const runs = useInfiniteQuery(runsQuery(filterOf(search)));
  const items = useMemo(() => runs.data?.pages.flatMap((page) => page.items) ?? [], [runs.data]);
  const change = (filters: RunSearch, typing = false) =>
    void navigate({ to: '/runs', search: (now) => ({ ...now, ...filters }), replace: typing });
  const { fetchNextPage, hasNextPage, isFetching } = runs;
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  return (
    <section className={classes.screen} aria-labelledby="runs-title">
      <div className={classes.bar}>
        <h1 id="runs-title">{runsTexts.title}</h1>
        <span className="spacer" />
        <RunFilters search={search} onChange={change} />
      </div>
      {runs.isError && (
        <div className={classes.problem}>
          <Problem error={runs.error} onRetry={() => void runs.refetch()} />
        </div>
      )}
      {items.length > 0 && (
        <RunHistory
          // Another filter is another list, seen from its beginning.
          key={JSON.stringify(search)}
          runs={items}
          text={search.text?.trim() ?? ''}
          onMore={hasNextPage ? more : null}
        />
      )}
      {runs.isSuccess && items.length === 0 && (
        <Empty filtered={isFiltered(search)} onClear={() => void navigate({ to: '/runs' })} />
      )}
    </section>
  );
}

function Empty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { nothingMatches, none, filter } = runsTexts;
  if (filtered) {
    return (
      <Notice title={nothingMatches.title} text={nothingMatches.text}>
        <Button variant="default" onClick={onClear}>
          {filter.clear}
        </Button>
      </Notice>
    );
  }
  return (
    <Notice title={none.title} text={none.text}>
      <Button renderRoot={(props) => <Link to="/prompts" {...props} />}>{none.action}</Button>
    </Notice>
  );
}
