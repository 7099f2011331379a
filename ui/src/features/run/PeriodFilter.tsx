import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Period, PERIODS, type RunSearch } from './history';
import classes from './history.module.css';
import { runsTexts } from './runs.texts';

const words = runsTexts.filter;

type Days = Pick<RunSearch, 'period' | 'from' | 'to'>;

interface Props {
  /** What the days are those of. */
  readonly label: string;
  readonly search: Days;
  readonly onChange: (change: Days) => void;
}

/** The days that a list is narrowed to: those up to now, or from one to another. */
export function PeriodFilter({ label, search, onChange }: Props) {
  const { period, from, to } = search;
  const [isCustom, setIsCustom] = useState(from !== undefined || to !== undefined);
  const choose = (value: string | null) => {
    setIsCustom(value === 'custom');
    const chosen = (Object.keys(PERIODS) as Period[]).find((known) => known === value);
    onChange({ period: chosen, from: undefined, to: undefined });
  };
  const day = (name: 'from' | 'to') => (
    <TextInput
      type="date"
      aria-label={words[name]}
      value={search[name] ?? ''}
      onChange={(event) => {
        const value = event.currentTarget.value;
        onChange({ period: undefined, [name]: value === '' ? undefined : value });
      }}
    />
  );
  return (
    <>
      <Select
        aria-label={label}
        className={classes.period}
        allowDeselect={false}
        value={period ?? (isCustom ? 'custom' : '')}
        onChange={choose}
        data={[
          { value: '', label: words.anyTime },
          ...(Object.keys(PERIODS) as Period[]).map((value) => ({ value, label: words.periods[value] })),
          { value: 'custom', label: words.custom },
        ]}
      />
      {isCustom && period === undefined && (
        <>
          {day('from')}
          {day('to')}
        </>
      )}
    </>
  );
}
