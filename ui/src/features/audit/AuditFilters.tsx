import { CloseButton, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ActorView } from '../../bindings/types';
import { PeriodFilter } from '../run/PeriodFilter';
import classes from './audit.module.css';
import { type AuditSearch, KINDS, ORIGINS } from './search';
import { auditTexts } from './texts';

const words = auditTexts.filter;

interface Props {
  readonly search: AuditSearch;
  readonly actors: readonly ActorView[];
  readonly onChange: (change: AuditSearch) => void;
}

/** What the trail can be narrowed by. */
export function AuditFilters({ search, actors, onChange }: Props) {
  const kinds = KINDS.map((value) => ({ value, label: auditTexts.kinds[value] }));
  const origins = ORIGINS.map((value) => ({ value, label: auditTexts.origins[value] }));
  return (
    <div className={classes.filters} role="search" aria-label={words.label}>
      <Choice
        label={words.kind}
        any={words.anyKind}
        value={search.kind}
        data={kinds}
        onChange={(kind) => onChange({ kind })}
      />
      <Choice
        label={words.actor}
        any={words.anyActor}
        value={search.actor}
        data={actors.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(actor) => onChange({ actor })}
      />
      <Choice
        label={words.origin}
        any={words.anyOrigin}
        value={search.origin}
        data={origins}
        onChange={(origin) => onChange({ origin })}
      />
      <PeriodFilter label={words.period} search={search} onChange={onChange} />
      <RecordFilter key={search.record ?? ''} record={search.record ?? ''} onChange={onChange} />
    </div>
  );
}

function Choice<Value extends string>(props: {
  label: string;
  any: string;
  value: Value | undefined;
  data: { value: Value; label: string }[];
  onChange: (value: Value | undefined) => void;
}) {
  const { label, any, value, data, onChange } = props;
  return (
    <Select
      aria-label={label}
      placeholder={any}
      className={classes.choice}
      clearable
      value={value ?? null}
      onChange={(chosen) => onChange(data.find((known) => known.value === chosen)?.value)}
      data={data}
    />
  );
}

function RecordFilter(props: { record: string; onChange: (change: AuditSearch) => void }) {
  const [record, setRecord] = useState(props.record);
  const take = (typed: string) => {
    const wanted = typed.trim();
    if (wanted !== props.record) props.onChange({ record: wanted === '' ? undefined : wanted });
  };
  return (
    <TextInput
      className={classes.record}
      aria-label={words.record}
      placeholder={words.record}
      spellCheck={false}
      rightSection={
        record !== '' && <CloseButton size="sm" aria-label={words.clearRecord} onClick={() => take('')} />
      }
      value={record}
      onChange={(event) => setRecord(event.currentTarget.value)}
      onBlur={() => take(record)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take(record);
      }}
    />
  );
}
