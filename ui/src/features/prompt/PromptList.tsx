import { ActionIcon, Menu, TextInput, Tooltip } from '@mantine/core';
import { IconFileImport, IconFilter, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { texts } from '../../app/texts';
import type { ListPrompts } from '../../bindings/types';
import { count } from '../../lib/format';
import { openImport } from '../transfer/open';
import { openNewPrompt } from './NewPrompt';
import { PromptRows } from './PromptRows';
import { promptPagesQuery, tagsQuery } from './queries';
import classes from './prompt.module.css';

type Showing = keyof typeof texts.prompts.showing;

const FILTERS: Record<Showing, ListPrompts> = {
  current: {},
  archived: { status: 'archived' },
  deleted: { deleted: true },
};

/** Every prompt, to be found by words, tag and state. */
export function PromptList() {
  const [search, setSearch] = useState('');
  const [tag, setTag] = useState<string | null>(null);
  const [showing, setShowing] = useState<Showing>('current');
  const filter = { ...FILTERS[showing], search, tag };
  const prompts = useInfiniteQuery(promptPagesQuery(filter));
  const items = useMemo(() => prompts.data?.pages.flatMap((page) => page.items) ?? [], [prompts.data]);
  const { fetchNextPage, hasNextPage, isFetching } = prompts;
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  return (
    <aside className={classes.list} aria-label={texts.prompts.title}>
      <div className={classes.head}>
        <h2>
          {showing === 'current' ? texts.prompts.title : texts.prompts.showing[showing]}{' '}
          <span className={classes.count}>
            {prompts.data !== undefined && countOf(items.length, hasNextPage)}
          </span>
        </h2>
        <span>
          <FilterMenu tag={tag} onTag={setTag} showing={showing} onShowing={setShowing} />
          <Tooltip label={texts.prompts.import}>
            <ActionIcon aria-label={texts.prompts.import} onClick={openImport}>
              <IconFileImport size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={texts.prompts.new}>
            <ActionIcon aria-label={texts.prompts.new} onClick={openNewPrompt}>
              <IconPlus size={16} />
            </ActionIcon>
          </Tooltip>
        </span>
      </div>
      <TextInput
        className={classes.filter}
        placeholder={texts.prompts.filter}
        aria-label={texts.prompts.filter}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {prompts.isSuccess && items.length === 0 ? (
        <p className={classes.empty}>{texts.prompts.empty}</p>
      ) : (
        // Another filter is another list, seen from its beginning.
        <PromptRows key={JSON.stringify(filter)} prompts={items} onMore={hasNextPage ? more : null} />
      )}
    </aside>
  );
}

function countOf(known: number, hasMore: boolean): string {
  return hasMore ? texts.prompts.moreThan(count(known)) : count(known);
}

function FilterMenu(props: {
  tag: string | null;
  onTag: (tag: string | null) => void;
  showing: Showing;
  onShowing: (showing: Showing) => void;
}) {
  const tags = useQuery(tagsQuery);
  const filtered = props.tag !== null || props.showing !== 'current';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={texts.prompts.filterMenu} color={filtered ? 'accent' : 'gray'}>
          <IconFilter size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={props.showing} onChange={(value) => props.onShowing(value as Showing)}>
          {(Object.keys(FILTERS) as Showing[]).map((showing) => (
            <Menu.RadioItem key={showing} value={showing}>
              {texts.prompts.showing[showing]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.RadioGroup value={props.tag ?? ''} onChange={(tag) => props.onTag(tag === '' ? null : tag)}>
          <Menu.RadioItem value="">{texts.prompts.allTags}</Menu.RadioItem>
          {tags.data?.items.map(({ tag, prompts }) => (
            <Menu.RadioItem key={tag} value={tag}>
              {tag} <span className={classes.count}>{count(prompts)}</span>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
