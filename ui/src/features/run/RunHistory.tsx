import { useQueries } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { Match, Run } from '../../bindings/types';
import { useArrows } from '../../lib/useArrows';
import { HistoryRow } from './HistoryRow';
import classes from './history.module.css';
import { matchesQuery } from './queries';
import { runsTexts } from './runs.texts';

/** The heights of a row without and with the place of a match, as in its style sheet. */
const ROW = 34;
const ROW_WITH_MATCH = 56;
/** Rows beyond the screen that are drawn too. */
const OVERSCAN = 12;
/** The next page is asked for when so many rows are left. */
const AHEAD = 40;
/** Runs whose matches are asked for together. */
const BLOCK = 20;
const COLUMNS = ['prompt', 'version', 'models', 'status', 'cost', 'time', 'when'] as const;

interface Props {
  readonly runs: Run[];
  /** The words that were searched for, whose places are shown. */
  readonly text: string;
  /** Reads more, where there is more. */
  readonly onMore: (() => void) | null;
}

/** Runs as rows, of which only those on screen are drawn. Arrow keys go from row to row, Enter opens one. */
export function RunHistory({ runs, text, onMore }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const height = text === '' ? ROW : ROW_WITH_MATCH;
  // The compiler leaves a component alone that uses it, which is what this one wants.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollPaddingStart: ROW,
  });
  useEffect(() => rows.measure(), [rows, height]);
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const matches = useMatches(text, runs, first, last);
  const { current, onKeyDown } = useArrows(
    scroll,
    runs.length,
    { first, last, overscan: OVERSCAN },
    rows.scrollToIndex,
  );
  const wantsMore = last >= runs.length - AHEAD;
  useEffect(() => {
    if (wantsMore) onMore?.();
  }, [wantsMore, onMore]);
  const before = items[0]?.start ?? 0;
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className={classes.scroll} ref={scroll}>
      {/* The count of a list that goes on is not known. */}
      <table
        className={classes.table}
        aria-rowcount={onMore === null ? runs.length + 1 : -1}
        aria-label={runsTexts.title}
      >
        <colgroup>
          {COLUMNS.map((column) => (
            <col key={column} className={classes[column]} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className={classes[column]}>
                {runsTexts.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>
          <Gap height={before} />
          {items.map(({ index }) => {
            const run = runs[index];
            if (run === undefined) return null;
            return (
              <HistoryRow
                key={run.id}
                run={run}
                index={index}
                height={height}
                isCurrent={index === current}
                match={text === '' ? null : matches.get(run.id)}
              />
            );
          })}
          <Gap height={after} />
        </tbody>
      </table>
    </div>
  );
}

/** What is not drawn, as the room that it would take. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={COLUMNS.length} className={classes.gap} style={{ height }} />
    </tr>
  );
}

/** Where the rows on screen have the words. */
function useMatches(text: string, runs: Run[], first: number, last: number): Map<string, Match> {
  const blocks: string[][] = [];
  if (text !== '') {
    for (let at = first - (first % BLOCK); at <= last && at < runs.length; at += BLOCK) {
      blocks.push(runs.slice(at, at + BLOCK).map(({ id }) => id));
    }
  }
  const found = useQueries({ queries: blocks.map((ids) => matchesQuery(text, ids)) });
  return new Map(found.flatMap(({ data }) => data?.items ?? []).map((match) => [match.runId, match]));
}
