import { Button, Skeleton, TextInput } from '@mantine/core';
import { IconFileImport, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Dataset } from '../../bindings/types';
import { Notice, Problem } from '../../components/Notice';
import { VirtualTable } from '../../components/VirtualTable';
import { useCommands } from '../../lib/commands';
import { count, moment } from '../../lib/format';
import { useVirtualRows } from '../../lib/useVirtualRows';
import { exactMoment } from '../run/moment';
import { DatasetBin } from './DatasetBin';
import { DatasetImport } from './DatasetImport';
import classes from './dataset.module.css';
import { datasetsQuery } from './queries';
import { datasetTexts as words } from './texts';

/** The height of a row, in pixels. */
const ROW = 34;
const COLUMNS = ['name', 'cases', 'head', 'updated'] as const;

/** All datasets, by name. */
export function DatasetsScreen() {
  const [search, setSearch] = useState('');
  const [isImporting, setImporting] = useState(false);
  const [isInBin, setInBin] = useState(false);
  const datasets = useInfiniteQuery(datasetsQuery(search.trim()));
  const items = useMemo(() => datasets.data?.pages.flatMap((page) => page.items) ?? [], [datasets.data]);
  const { fetchNextPage, hasNextPage, isFetching } = datasets;
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  useCommands({ importDataset: () => setImporting(true) });
  const make = (
    <Button leftSection={<IconFileImport size={14} aria-hidden />} onClick={() => setImporting(true)}>
      {words.import}
    </Button>
  );
  const isEmpty = datasets.isSuccess && items.length === 0;
  return (
    <section className={classes.screen} aria-labelledby="datasets-title">
      <header className={classes.head}>
        <h1 id="datasets-title">{words.title}</h1>
        <span className="spacer" />
        <Button variant="subtle" onClick={() => setInBin(true)}>
          {words.bin.label}
        </Button>
        {(items.length > 0 || search !== '') && (
          <>
            <TextInput
              aria-label={words.search}
              placeholder={words.search}
              leftSection={<IconSearch size={14} aria-hidden />}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
            {make}
          </>
        )}
        <p>{words.text}</p>
      </header>
      {datasets.isError && <Problem error={datasets.error} onRetry={() => void datasets.refetch()} />}
      {datasets.isPending && <Skeleton height={160} />}
      {isEmpty && search === '' && (
        <Notice title={words.none} text={words.noneText}>
          {make}
        </Notice>
      )}
      {isEmpty && search !== '' && <Notice title={words.nothingMatches} text={words.nothingMatchesText} />}
      {items.length > 0 && <DatasetTable datasets={items} onMore={hasNextPage ? more : null} />}
      {isInBin && <DatasetBin onClose={() => setInBin(false)} />}
      {isImporting && <DatasetImport dataset={null} onClose={() => setImporting(false)} />}
    </section>
  );
}

function DatasetTable({ datasets, onMore }: { datasets: Dataset[]; onMore: (() => void) | null }) {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows(scroll, datasets.length, ROW, onMore);
  return (
    <VirtualTable
      name={words.title}
      scroll={scroll}
      rows={rows}
      count={onMore === null ? datasets.length : null}
      columns={COLUMNS}
      labels={words.columns}
      styles={classes}
    >
      {(index) => {
        const dataset = datasets[index];
        if (dataset === undefined) return null;
        const { id, name, cases, head, updatedAt } = dataset;
        return (
          <tr key={id} data-index={index} aria-rowindex={index + 2} style={{ height: ROW }}>
            <td>
              <Link
                to="/datasets/$id"
                params={{ id }}
                className={classes.link}
                data-index={index}
                tabIndex={index === rows.current ? 0 : -1}
              >
                {name}
              </Link>
            </td>
            <td className={classes.cases}>{count(cases)}</td>
            <td className={classes.head}>{words.version(head)}</td>
            <td className={classes.updated}>
              <time dateTime={updatedAt} title={exactMoment(updatedAt)}>
                {moment(updatedAt)}
              </time>
            </td>
          </tr>
        );
      }}
    </VirtualTable>
  );
}
