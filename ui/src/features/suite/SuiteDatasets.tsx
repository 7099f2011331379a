import { Select } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { SuiteDataset } from '../../bindings/types';
import { count } from '../../lib/format';
import { datasetQuery, datasetsQuery, datasetVersionsQuery } from '../dataset/queries';
import type { SuiteDesk } from './keepers';
import { suiteTexts } from './texts';
import classes from './suite.module.css';

const words = suiteTexts.dataset;

/** The newest version, whichever that is when the suite runs. */
const NEWEST = '';

/** The dataset whose cases a suite runs behind its own, and the version of it. */
export function SuiteDatasets({ desk }: { desk: SuiteDesk }) {
  const chosen = desk.work.spec.dataset ?? null;
  const [search, setSearch] = useState('');
  const found = useInfiniteQuery(datasetsQuery(search));
  const own = useQuery({ ...datasetQuery(chosen?.datasetId ?? ''), enabled: chosen !== null }).data;
  const change = (dataset: SuiteDataset | null) => desk.change((spec) => ({ ...spec, dataset }));
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const isListed = own === undefined || items.some(({ id }) => id === own.id);
  return (
    <div className={classes.models}>
      <Select
        w={280}
        aria-label={words.label}
        placeholder={words.none}
        nothingFoundMessage={words.nothing}
        searchable
        clearable
        // The host has searched already.
        filter={({ options }) => options}
        searchValue={search}
        onSearchChange={setSearch}
        value={chosen?.datasetId ?? null}
        data={(isListed ? items : [own, ...items]).map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(datasetId) => change(datasetId === null ? null : { datasetId })}
      />
      {chosen !== null && <VersionOf dataset={chosen} onChange={change} />}
      {own !== undefined && (
        <Link to="/datasets/$id" params={{ id: own.id }} className={classes.quiet}>
          {words.open(suiteTexts.plan.cases(own.cases, count(own.cases)))}
        </Link>
      )}
    </div>
  );
}

function VersionOf(props: { dataset: SuiteDataset; onChange: (dataset: SuiteDataset) => void }) {
  const { datasetId, version } = props.dataset;
  const versions = useQuery(datasetVersionsQuery(datasetId)).data?.items ?? [];
  return (
    <Select
      w={150}
      aria-label={words.version}
      allowDeselect={false}
      value={version == null ? NEWEST : String(version)}
      data={[
        { value: NEWEST, label: words.newest },
        ...versions.map(({ number }) => ({ value: String(number), label: `v${number}` })),
      ]}
      onChange={(value) =>
        props.onChange({ datasetId, version: value === null || value === NEWEST ? null : Number(value) })
      }
    />
  );
}
