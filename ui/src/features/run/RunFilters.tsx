import { Autocomplete, CloseButton, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { promptsQuery } from '../prompt/queries';
import { type RunSearch, STATUSES } from './history';
import classes from './history.module.css';
import { PeriodFilter } from './PeriodFilter';
import { allModelsQuery } from './queries';
import { runsTexts } from './runs.texts';

/** How long typing rests before it is searched for. */
const SEARCH_AFTER_MS = 250;
/** How many models are offered at once: typing narrows them. */
const MOST_SHOWN = 50;

const FAILING = 'failing';

const words = runsTexts.filter;

interface Props {
  readonly search: RunSearch;
  /** Takes filters in place of those with the same name; `typing` ones leave no step to go back to. */
  readonly onChange: (change: RunSearch, typing?: boolean) => void;
}

/** What the history can be narrowed by. */
export function RunFilters({ search, onChange }: Props) {
  return (
    <div className={classes.filters} role="search" aria-label={words.label}>
      <TextFilter key={search.text === undefined ? 'none' : 'some'} search={search} onChange={onChange} />
      <PromptFilter search={search} onChange={onChange} />
      <ModelFilter key={search.model ?? ''} search={search} onChange={onChange} />
      <PeriodFilter label={words.period} search={search} onChange={onChange} />
      <SegmentedControl
        aria-label={words.status}
        value={search.failing === true ? FAILING : (search.status ?? '')}
        onChange={(value) =>
          onChange({
            status: STATUSES.find((known) => known === value),
            failing: value === FAILING ? true : undefined,
          })
        }
        data={[
          { value: '', label: words.all },
          ...STATUSES.map((value) => ({ value: value, label: runsTexts.status[value] })),
          { value: FAILING, label: words.failing },
        ]}
      />
    </div>
  );
}

function TextFilter({ search, onChange }: Props) {
  const [text, setText] = useState(search.text ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    const find = () => onChange({ text: value.trim() === '' ? undefined : value }, true);
    timer.current = setTimeout(find, SEARCH_AFTER_MS);
  };
  return (
    <TextInput
      className={classes.search}
      aria-label={words.text}
      placeholder={words.text}
      leftSection={<IconSearch size={14} />}
      rightSection={
        text !== '' && <CloseButton size="sm" aria-label={words.clearText} onClick={() => type('')} />
      }
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

function PromptFilter({ search, onChange }: Props) {
  const prompts = useQuery(promptsQuery({}));
  return (
    <Select
      aria-label={words.prompt}
      placeholder={words.anyPrompt}
      className={classes.choice}
      searchable
      clearable
      limit={100}
      value={search.prompt ?? null}
      onChange={(prompt) => onChange({ prompt: prompt ?? undefined })}
      data={prompts.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
    />
  );
}

/** A model or a provider, also one that no list knows any more. */
function ModelFilter({ search, onChange }: Props) {
  const models = useQuery(allModelsQuery);
  const names = models.data?.items.map(({ model }) => model) ?? [];
  const providers = [...new Set(names.map((name) => name.slice(0, name.indexOf(':'))))];
  const [model, setModel] = useState(search.model ?? '');
  const take = (value: string) => {
    const wanted = value.trim() === '' ? undefined : value.trim();
    if (wanted !== search.model) onChange({ model: wanted });
  };
  return (
    <Autocomplete
      aria-label={words.model}
      placeholder={words.anyModel}
      className={classes.choice}
      spellCheck={false}
      limit={MOST_SHOWN}
      data={[
        { group: words.providers, items: providers },
        { group: words.models, items: names },
      ]}
      rightSection={
        model !== '' && <CloseButton size="sm" aria-label={words.clearModel} onClick={() => take('')} />
      }
      value={model}
      onChange={setModel}
      onOptionSubmit={take}
      onBlur={() => take(model)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take(model);
      }}
    />
  );
}
