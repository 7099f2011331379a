import { useQueries } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Match, Run } from '../../bindings/types';
import { VirtualTable } from '../../components/VirtualTable';
import { useVirtualRows } from '../../lib/useVirtualRows';
import { HistoryRow } from './HistoryRow';
import classes from './history.module.css';
import { matchesQuery } from './queries';
import { runsTexts } from './runs.texts';

/** The heights of a row without and with the place of a match, as in its style sheet. */
const ROW = 34;
const ROW_WITH_MATCH = 56;
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
  const height = text === '' ? ROW : ROW_WITH_MATCH;
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows(scroll, runs.length, height, onMore);
  const matches = useMatches(text, runs, rows.first, rows.last);
  return (
    <VirtualTable
      name={runsTexts.title}
      scroll={scroll}
      rows={rows}
      count={onMore === null ? runs.length : null}
      columns={COLUMNS}
      labels={runsTexts.columns}
      styles={classes}
    >
      {(index) => {
        const run = runs[index];
        if (run === undefined) return null;
        return (
          <HistoryRow
            key={run.id}
            run={run}
            index={index}
            height={height}
            isCurrent={index === rows.current}
            match={text === '' ? null : matches.get(run.id)}
          />
        );
      }}
    </VirtualTable>
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
