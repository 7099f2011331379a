import { Button, Skeleton } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { Notice, Problem } from '../../components/Notice';
import classes from './audit.module.css';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { EventDetails } from './EventDetails';
import { actorsQuery, auditQuery } from './queries';
import { auditFilter, type AuditSearch, isFiltered } from './search';
import { auditTexts as words } from './texts';
import { Verify } from './Verify';

/** What was changed, by whom, from where and when, newest first; and whether all of it is what was written. */
export function AuditScreen() {
  const search = useSearch({ from: '/settings/audit' });
  const navigate = useNavigate();
  const trail = useInfiniteQuery({ ...auditQuery(auditFilter(search)), staleTime: 0 });
  const actors = useQuery({ ...actorsQuery, staleTime: 0 }).data?.items;
  const [shown, setShown] = useState<number | null>(null);
  const items = useMemo(() => trail.data?.pages.flatMap((page) => page.items) ?? [], [trail.data]);
  const names = useMemo(() => new Map(actors?.map(({ id, name }) => [id, name])), [actors]);
  const change = (filters: AuditSearch) =>
    void navigate({ to: '/settings/audit', search: (now) => ({ ...now, ...filters }) });
  const { fetchNextPage, hasNextPage, isFetching } = trail;
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  const filtered = isFiltered(search);
  return (
    <section className={classes.screen} aria-labelledby="audit-title">
      <header className={classes.head}>
        <h1 id="audit-title">{words.title}</h1>
        <span className="spacer" />
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={() => void trail.refetch()}
        >
          {words.refresh}
        </Button>
        <Verify onShow={setShown} />
        <p>{words.text}</p>
        <AuditFilters search={search} actors={actors ?? []} onChange={change} />
      </header>
      {trail.isError && <Problem error={trail.error} onRetry={() => void trail.refetch()} />}
      {trail.isPending && <Skeleton height={240} />}
      {items.length > 0 && (
        <AuditTable
          key={JSON.stringify(search)}
          events={items}
          names={names}
          onShow={setShown}
          onMore={hasNextPage ? more : null}
        />
      )}
      {trail.isSuccess && items.length === 0 && (
        <Notice {...(filtered ? words.nothingMatches : words.none)}>
          {filtered && (
            <Button variant="default" onClick={() => void navigate({ to: '/settings/audit' })}>
              {words.filter.clear}
            </Button>
          )}
        </Notice>
      )}
      {shown !== null && (
        <EventDetails
          seq={shown}
          names={names}
          onClose={() => setShown(null)}
          onRecord={(record) => {
            setShown(null);
            void navigate({ to: '/settings/audit', search: { record } });
          }}
        />
      )}
    </section>
  );
}
