import { Skeleton, VisuallyHidden } from '@mantine/core';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { Execution, Run } from '../../bindings/types';
import { Notice, Problem } from '../../components/Notice';
import { useStored } from '../../lib/stored';
import { useThrottled } from '../../lib/useThrottled';
import { isOver } from '../run/course';
import { Difference } from '../run/Difference';
import { ExecutionDetails } from '../run/ExecutionDetails';
import { RunProgress } from '../run/RunProgress';
import { Grid, type Placed } from './Grid';
import classes from './grid.module.css';
import { GridComparison } from './GridComparison';
import { GridHeader } from './GridHeader';
import { GridSummary } from './GridSummary';
import { GridTools } from './GridTools';
import { chosenHeight } from './heights';
import { gridQuery, summaryQuery } from './queries';
import type { GridSearch } from './search';
import { columnNames, namedMetrics } from './show';
import { suiteTexts } from './texts';

const words = suiteTexts.grid;

/** How often figures of a run are worked out anew while it goes on, in milliseconds: of many cells less often. */
const beatOf = (cells: number) => Math.max(500, cells / 20);

/** A run of a suite: its cases down, its columns across. */
export function GridScreen({ run, trouble }: { run: Run; trouble: ReactNode }) {
  const lately = useThrottled(run, beatOf(run.progress.total));
  const navigate = useNavigate();
  const search = useSearch({ from: '/runs/$id' });
  const { mark, sort, metric, descending } = search;
  const [height, setHeight] = useStored(chosenHeight);
  const [repeat, setRepeat] = useState<number | null>(null);
  const [picked, setPicked] = useState<Placed | null>(null);
  const [compared, setCompared] = useState<readonly [Placed, Placed] | null>(null);
  const [told, setTold] = useState('');
  const filter = useMemo(() => ({ mark, sort, metric, descending }), [mark, sort, metric, descending]);
  const grid = useInfiniteQuery(gridQuery(run.id, filter));
  const rows = useMemo(() => grid.data?.pages.flatMap(({ items }) => items) ?? [], [grid.data]);
  const summary = useQuery(summaryQuery(isOver(run) ? run : lately)).data;
  const names = useMemo(() => columnNames(run), [run]);
  const metrics = useMemo(() => namedMetrics(summary, metric), [summary, metric]);
  const change = (part: GridSearch) =>
    void navigate({
      to: '/runs/$id',
      params: { id: run.id },
      search: (now) => ({ ...now, ...part }),
      replace: true,
    });
  const open = (execution: Execution) => change({ execution: execution.id });
  const pick = (placed: Placed) => {
    if (picked === null) {
      setPicked(placed);
      setTold(words.pick(placed.name));
    } else {
      setPicked(null);
      setTold('');
      if (picked.execution.id !== placed.execution.id) setCompared([picked, placed]);
    }
  };
  const unpick = () => {
    setPicked(null);
    setTold(words.unpick);
  };
  const { fetchNextPage, hasNextPage, isFetching } = grid;
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  return (
    <section className={classes.screen} aria-labelledby="run-title">
      <GridHeader run={run} />
      {trouble}
      {!isOver(run) && <RunProgress run={run} failures={summary?.cells.failures ?? []} />}
      <GridSummary run={run} summary={summary} names={names} />
      {isCompared(run) && <GridComparison run={run} names={names} />}
      <GridTools
        run={run}
        metrics={metrics}
        search={search}
        onSearch={change}
        shown={rows.length}
        isWhole={grid.isSuccess && !hasNextPage}
        height={height}
        onHeight={setHeight}
        repeat={repeat}
        onRepeat={setRepeat}
      />
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      {picked !== null && (
        <p className={classes.picked}>
          {words.pick(picked.name)}
          <Button size="compact-xs" variant="subtle" onClick={unpick}>
            {words.unpickNow}
          </Button>
        </p>
      )}
      {grid.isError && <Problem error={grid.error} onRetry={() => void grid.refetch()} />}
      {grid.isPending && <Skeleton height={240} />}
      {rows.length > 0 && (
        <Grid
          key={JSON.stringify(filter)}
          run={run}
          rows={rows}
          names={names}
          summary={summary}
          height={height}
          onHeight={setHeight}
          repeat={repeat}
          isWhole={!hasNextPage}
          picked={picked?.execution ?? null}
          onMore={hasNextPage ? more : null}
          onOpen={open}
          onPick={pick}
          onUnpick={unpick}
        />
      )}
      {grid.isSuccess && rows.length === 0 && (
        <Notice title={words.nothing.title} text={needsBaseline(run, mark)}>
          <Button variant="default" onClick={() => change({ mark: undefined })}>
            {words.nothing.clear}
          </Button>
        </Notice>
      )}
      {search.execution !== undefined && (
        <ExecutionDetails
          key={search.execution}
          executionId={search.execution}
          onClose={() => change({ execution: undefined })}
        />
      )}
      {compared !== null && (
        <Difference
          execution={compared[0].execution}
          label={compared[0].name}
          other={{ label: compared[1].name, execution: compared[1].execution }}
          onClose={() => setCompared(null)}
        />
      )}
    </section>
  );
}

/** Whether there is another run that this one, which has ended, can be held against. */
function isCompared(run: Run): boolean {
  return isOver(run) && run.suite?.baseline != null && run.suite.baseline !== run.id;
}

function needsBaseline(run: Run, mark: GridSearch['mark']): string {
  const hasNone = run.suite?.baseline == null || run.suite.baseline === run.id;
  return (mark === 'regressed' || mark === 'improved') && hasNone
    ? words.nothing.needsBaseline
    : words.nothing.text;
}
