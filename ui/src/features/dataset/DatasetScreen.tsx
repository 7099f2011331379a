import { ActionIcon, Button, Menu, Skeleton, TextInput } from '@mantine/core';
import { IconArrowLeft, IconDots, IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { queries } from '../../app/live';
import type { Column, Dataset, TableFormat } from '../../bindings/types';
import { Notice, Problem } from '../../components/Notice';
import { api, host } from '../../host';
import { useCommands } from '../../lib/commands';
import { count } from '../../lib/format';
import { notifyDone, notifyError, notifyUndo } from '../../lib/notify';
import { CaseForm } from './CaseForm';
import { CaseTable } from './CaseTable';
import { ColumnName } from './ColumnName';
import { DatasetImport } from './DatasetImport';
import classes from './dataset.module.css';
import {
  changesOf,
  columnsOf,
  type DraftRow,
  rowsOf,
  unchanged,
  withColumn,
  withoutRow,
  withRow,
} from './draft';
import { casesQuery, datasetQuery } from './queries';
import { SaveDraft } from './SaveDraft';
import { datasetTexts as words } from './texts';
import { useDraft } from './useDraft';
import { Versions } from './Versions';

const FORMATS: TableFormat[] = ['csv', 'jsonl', 'json', 'yaml'];

/** The dataset of the address. */
export function DatasetPlace() {
  const { id } = useParams({ from: '/datasets/$id' });
  const dataset = useQuery(datasetQuery(id));
  if (dataset.isError) return <Problem error={dataset.error} onRetry={() => void dataset.refetch()} />;
  if (dataset.data === undefined) return <Skeleton height={240} />;
  return <DatasetScreen key={id} dataset={dataset.data} />;
}

/** A dataset as a table. What is changed is a draft until it is saved as one version. */
function DatasetScreen({ dataset }: { dataset: Dataset }) {
  const { id, name, head } = dataset;
  const [draft, setDraft] = useDraft(id, head);
  const [text, setText] = useState('');
  const [old, setOld] = useState<number | null>(null);
  const [opened, setOpened] = useState<DraftRow | 'new' | null>(null);
  const [dialog, setDialog] = useState<'import' | 'column' | 'versions' | Column | null>(null);
  const version = old ?? draft.base;
  const cases = useInfiniteQuery(casesQuery(id, version, text.trim()));
  const { fetchNextPage, hasNextPage, isFetching } = cases;
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  const shown = useMemo(() => (old === null ? draft : unchanged(old)), [old, draft]);
  const items = useMemo(() => cases.data?.pages.flatMap((page) => page.items) ?? [], [cases.data]);
  const rows = useMemo(() => rowsOf(shown, items), [shown, items]);
  const columns = useMemo(() => columnsOf(shown, dataset.columns), [shown, dataset.columns]);
  const changes = changesOf(draft);
  const isEmpty = cases.isSuccess && rows.length === 0;
  const edits = useMemo(
    () =>
      old !== null
        ? null
        : {
            onOpen: setOpened,
            onKeep: (row: DraftRow, next: DraftRow['case']) => setDraft(withRow(draft, row, next)),
            onRename: setDialog,
            onRemove: ({ kind, name: column }: Column) => {
              setDraft(withColumn(draft, { action: 'remove', kind, name: column }));
              notifyUndo(words.removedColumn(column), () => {
                setDraft(draft);
                return Promise.resolve();
              });
            },
          },
    [old, draft, setDraft],
  );
  const discard = () => {
    setDraft(unchanged(head));
    notifyUndo(words.discarded, () => {
      setDraft(draft);
      return Promise.resolve();
    });
  };
  useCommands({ addCase: { act: () => setOpened('new'), isAvailable: old === null } });
  return (
    <section className={classes.screen} aria-labelledby="dataset-title">
      <header className={classes.head}>
        <ActionIcon component={Link} to="/datasets" aria-label={words.back} title={words.back}>
          <IconArrowLeft size={16} />
        </ActionIcon>
        <h1 id="dataset-title">{name}</h1>
        <span className={classes.quiet}>{words.cases(count(dataset.cases), head)}</span>
        <span className="spacer" />
        <TextInput
          aria-label={words.searchCases}
          placeholder={words.searchCases}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {old === null && (
          <>
            <Button variant="default" onClick={() => setDialog('column')}>
              {words.addColumn}
            </Button>
            <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setOpened('new')}>
              {words.addRow}
            </Button>
          </>
        )}
        <More dataset={dataset} version={version} onDialog={setDialog} />
      </header>
      {old !== null && (
        <div className={classes.bar} role="status">
          {words.old(old)}
          <Button variant="default" onClick={() => setOld(null)}>
            {words.toNewest}
          </Button>
        </div>
      )}
      {old === null && changes > 0 && (
        <SaveDraft
          dataset={dataset}
          draft={draft}
          onSaved={(saved) => setDraft(unchanged(saved))}
          onDiscard={discard}
        />
      )}
      {cases.isError && <Problem error={cases.error} onRetry={() => void cases.refetch()} />}
      {cases.isPending && <Skeleton height={240} />}
      {isEmpty && (
        <Notice
          title={text === '' ? words.noCases : words.noMatch}
          text={text === '' ? words.noCasesText : words.noMatchText}
        />
      )}
      {rows.length > 0 && (
        <CaseTable
          name={name}
          rows={rows}
          columns={columns}
          edits={edits}
          onMore={hasNextPage ? more : null}
        />
      )}
      {opened !== null && (
        <CaseForm
          row={opened === 'new' ? null : opened}
          label={opened !== 'new' && opened.added === null ? count(opened.case.position + 1) : words.fresh}
          columns={columns}
          onClose={() => setOpened(null)}
          onKeep={(next) => {
            setDraft(withRow(draft, opened === 'new' ? null : opened, next));
            setOpened(null);
          }}
          onRemove={() => {
            if (opened !== 'new') setDraft(withoutRow(draft, opened));
            setOpened(null);
          }}
        />
      )}
      {dialog === 'import' && <DatasetImport dataset={dataset} onClose={() => setDialog(null)} />}
      {(dialog === 'column' || (typeof dialog === 'object' && dialog !== null)) && (
        <ColumnName
          columns={columns}
          column={dialog === 'column' ? null : dialog}
          onClose={() => setDialog(null)}
          onName={(to) => {
            setDraft(
              withColumn(
                draft,
                dialog === 'column'
                  ? { action: 'add', kind: 'input', name: to }
                  : { action: 'rename', kind: dialog.kind, name: dialog.name, to },
              ),
            );
            setDialog(null);
          }}
        />
      )}
      {dialog === 'versions' && (
        <Versions
          id={id}
          onClose={() => setDialog(null)}
          onShow={(number) => {
            setOld(number === head ? null : number);
            setDialog(null);
          }}
        />
      )}
    </section>
  );
}

interface MoreProps {
  readonly dataset: Dataset;
  readonly version: number;
  readonly onDialog: (dialog: 'import' | 'versions') => void;
}

/** What else can be done with a dataset. */
function More({ dataset, version, onDialog }: MoreProps) {
  const navigate = useNavigate();
  const { id, name } = dataset;
  const save = async (format: TableFormat) => {
    try {
      const file = await api.datasetExport({ id, version, format });
      const text = new TextDecoder().decode(Uint8Array.from(atob(file.data), (c) => c.charCodeAt(0)));
      const path = await host.saveFile(file.name, text);
      if (path !== null) notifyDone(words.exported(path));
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  const remove = async () => {
    try {
      await api.datasetDelete({ id });
      await navigate({ to: '/datasets' });
      await queries.invalidateQueries({ queryKey: ['datasets'] });
      notifyUndo(words.deleted(name), async () => {
        await api.datasetUndelete({ id });
        await queries.invalidateQueries({ queryKey: ['datasets'] });
      });
    } catch (thrown) {
      notifyError(thrown);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={words.more}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onDialog('import')}>{words.importRows}</Menu.Item>
        <Menu.Item onClick={() => onDialog('versions')}>{words.versions}</Menu.Item>
        <Menu.Divider />
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void save(format)}>
            {words.exportAs(words.formats[format])}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item color="red" onClick={() => void remove()}>
          {words.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
