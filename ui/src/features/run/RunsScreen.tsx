import { Button, SegmentedControl, Select } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { RunStatus } from '../../bindings/types';
import { promptsQuery } from '../prompt/queries';
import { Notice, Problem } from '../../components/Notice';
import { runsQuery } from './queries';
import { RunTable } from './RunTable';
import classes from './runs.module.css';
import { runsTexts } from './runs.texts';

const STATUSES: RunStatus[] = ['pending', 'running', 'completed', 'cancelled'];

/** Every run of the workspace, newest first. */
export function RunsScreen() {
  const [prompt, setPrompt] = useState<string | null>(null);
  const [status, setStatus] = useState<RunStatus | null>(null);
  const runs = useInfiniteQuery(runsQuery({ prompt, status }));
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = prompt !== null || status !== null;
  const clear = () => {
    setPrompt(null);
    setStatus(null);
  };
  return (
    <section className={classes.screen} aria-labelledby="runs-title">
      <div className={classes.bar}>
        <h1 id="runs-title">{runsTexts.title}</h1>
        <span className="spacer" />
        <PromptFilter value={prompt} onChange={setPrompt} />
        <SegmentedControl
          aria-label={runsTexts.filter.status}
          value={status ?? ''}
          onChange={(value) => setStatus(STATUSES.find((known) => known === value) ?? null)}
          data={[
            { value: '', label: runsTexts.filter.all },
            ...STATUSES.map((value) => ({ value, label: runsTexts.status[value] })),
          ]}
        />
      </div>
      <div className={classes.scroll}>
        {runs.isError && (
          <div className={classes.problem}>
            <Problem error={runs.error} onRetry={() => void runs.refetch()} />
          </div>
        )}
        {items.length > 0 && <RunTable runs={items} />}
        {runs.isSuccess && items.length === 0 && <Empty filtered={filtered} onClear={clear} />}
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
    </section>
  );
}

function PromptFilter({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const prompts = useQuery(promptsQuery({}));
  return (
    <Select
      aria-label={runsTexts.filter.prompt}
      placeholder={runsTexts.filter.anyPrompt}
      className={classes.promptFilter}
      searchable
      clearable
      limit={100}
      value={value}
      onChange={onChange}
      data={prompts.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
    />
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
