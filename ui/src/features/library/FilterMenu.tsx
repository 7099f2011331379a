import { ActionIcon, Menu } from '@mantine/core';
import { IconBookmark, IconBookmarkPlus, IconFilter, IconSettings } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { texts as appTexts } from '../../app/texts';
import { count } from '../../lib/format';
import { tagsQuery } from '../prompt/queries';
import { isFiltered, LIST_KEYS, type ListSearch, SHOWING, type Showing } from './filters';
import classes from './library.module.css';
import { labelsQuery, savedQuery } from './queries';
import { ManageFilters, SaveFilter } from './SavedFilters';
import { libraryTexts as texts } from './texts';

interface Props {
  readonly search: ListSearch;
  readonly onChange: (change: ListSearch) => void;
}

/** What the list can be narrowed by beside words, and filters that were saved. */
export function FilterMenu({ search, onChange }: Props) {
  const saved = useQuery(savedQuery).data ?? [];
  const [dialog, setDialog] = useState<'save' | 'manage' | null>(null);
  // All of it takes the place of what was before.
  const apply = (filter: ListSearch) =>
    onChange(Object.fromEntries(LIST_KEYS.map((key) => [key, filter[key]])));
  return (
    <>
      <Menu position="bottom-end" width={230} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon
            aria-label={appTexts.prompts.filterMenu}
            color={isFiltered({ ...search, find: undefined }) ? 'accent' : 'gray'}
          >
            <IconFilter size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown className={classes.menu ?? ''}>
          <States search={search} onChange={onChange} />
          <Tags search={search} onChange={onChange} />
          <Labels search={search} onChange={onChange} />
          <Menu.Divider />
          <Menu.Label>{texts.saved.title}</Menu.Label>
          {saved.map(({ name, search: filter }) => (
            <Menu.Item key={name} leftSection={<IconBookmark size={14} />} onClick={() => apply(filter)}>
              {name}
            </Menu.Item>
          ))}
          <Menu.Item
            leftSection={<IconBookmarkPlus size={14} />}
            disabled={!isFiltered(search)}
            onClick={() => setDialog('save')}
          >
            {texts.saved.save}
          </Menu.Item>
          {saved.length > 0 && (
            <Menu.Item leftSection={<IconSettings size={14} />} onClick={() => setDialog('manage')}>
              {texts.saved.manage}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <SaveFilter opened={dialog === 'save'} search={search} saved={saved} onClose={() => setDialog(null)} />
      <ManageFilters opened={dialog === 'manage'} saved={saved} onClose={() => setDialog(null)} />
    </>
  );
}

function States({ search, onChange }: Props) {
  const choose = (value: string) => {
    const show = SHOWING.find((known) => known === value);
    onChange({ show: show === 'current' ? undefined : show });
  };
  return (
    <Menu.RadioGroup aria-label={texts.states} value={search.show ?? 'current'} onChange={choose}>
      {SHOWING.map((showing: Showing) => (
        <Menu.RadioItem key={showing} value={showing} closeMenuOnClick>
          {texts.showing[showing]}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

function Tags({ search, onChange }: Props) {
  const tags = useQuery(tagsQuery);
  const choices = tags.data?.items.map(({ tag, prompts }) => ({ name: tag, prompts })) ?? [];
  return (
    <Choice
      label={texts.tags}
      none={texts.allTags}
      choices={choices}
      chosen={search.tag}
      onChoose={(tag) => onChange({ tag })}
    />
  );
}

function Labels({ search, onChange }: Props) {
  const labels = useQuery(labelsQuery);
  const choices = labels.data?.items.map(({ label, prompts }) => ({ name: label, prompts })) ?? [];
  if (choices.length === 0 && search.label === undefined) return null;
  return (
    <Choice
      label={texts.labels}
      none={texts.anyLabel}
      choices={choices}
      chosen={search.label}
      onChoose={(label) => onChange({ label })}
    />
  );
}

function Choice(props: {
  readonly label: string;
  readonly none: string;
  readonly choices: readonly { name: string; prompts: number }[];
  readonly chosen: string | undefined;
  readonly onChoose: (name: string | undefined) => void;
}) {
  const { label, none, choices, chosen, onChoose } = props;
  return (
    <>
      <Menu.Divider />
      <Menu.RadioGroup
        aria-label={label}
        value={chosen ?? ''}
        onChange={(name) => onChoose(name === '' ? undefined : name)}
      >
        <Menu.RadioItem value="" closeMenuOnClick>
          {none}
        </Menu.RadioItem>
        {choices.map(({ name, prompts }) => (
          <Menu.RadioItem key={name} value={name} closeMenuOnClick>
            {name} <span className={classes.count}>{count(prompts)}</span>
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  );
}
