import { ActionIcon, Pill, TextInput, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconFileImport, IconPlus, IconTrashX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { texts } from '../../app/texts';
import { useCommands } from '../../lib/commands';
import { count } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { FilterMenu } from '../library/FilterMenu';
import { filterOf, type ListSearch } from '../library/filters';
import libraryClasses from '../library/library.module.css';
import { NONE, type Selection } from '../library/selection';
import { SelectionBar } from '../library/SelectionBar';
import { libraryTexts } from '../library/texts';
import { useListSearch } from '../library/useListSearch';
import { openImport } from '../transfer/open';
import { binTexts } from './bin.texts';
import { openNewPrompt } from './NewPrompt';
import { PromptRows } from './PromptRows';
import { promptPagesQuery } from './queries';
import classes from './prompt.module.css';

/** Every prompt, to be found by words, tag, label and state; some of them at once can be selected and changed. */
export function PromptList() {
  const { search, find, setFind, change } = useListSearch();
  const filter = filterOf({ ...search, find });
  const key = JSON.stringify(filter);
  const prompts = useInfiniteQuery(promptPagesQuery(filter));
  const items = useMemo(() => prompts.data?.pages.flatMap((page) => page.items) ?? [], [prompts.data]);
  const { fetchNextPage, hasNextPage, isFetching } = prompts;
  useCommands({ emptyBin: empty });
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  const [{ of, selection }, setSelected] = useState({ of: key, selection: NONE });
  // Another filter is another list, of which nothing is selected.
  const here = of === key ? selection : NONE;
  const select = useCallback((next: Selection) => setSelected({ of: key, selection: next }), [key]);
  const chosen = useMemo(() => items.filter(({ id }) => here.ids.has(id)), [items, here.ids]);
  const { show } = search;
  return (
    <aside className={classes.list} aria-label={texts.prompts.title}>
      <div className={classes.head}>
        <h2>
          {show === undefined ? texts.prompts.title : libraryTexts.showing[show]}{' '}
          <span className={classes.count}>
            {prompts.data !== undefined && countOf(items.length, hasNextPage)}
          </span>
        </h2>
        <span>
          {show === 'deleted' && (
            <Tooltip label={binTexts.emptyBin}>
              <ActionIcon aria-label={binTexts.emptyBin} disabled={items.length === 0} onClick={empty}>
                <IconTrashX size={16} />
              </ActionIcon>
            </Tooltip>
          )}
          <FilterMenu search={{ ...search, find: find.trim() === '' ? undefined : find }} onChange={change} />
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
        value={find}
        onChange={(event) => setFind(event.currentTarget.value)}
      />
      <ActiveFilters search={search} onChange={change} />
      {prompts.isSuccess && items.length === 0 ? (
        <p className={classes.empty}>
          {show === 'deleted' && find.trim() === '' ? binTexts.empty : texts.prompts.empty}
        </p>
      ) : (
        // Another filter is seen from its beginning.
        <PromptRows
          key={key}
          prompts={items}
          onMore={hasNextPage ? more : null}
          selection={here}
          onSelect={select}
        />
      )}
      {chosen.length > 0 && (
        <SelectionBar prompts={chosen} deleted={show === 'deleted'} onClear={() => select(NONE)} />
      )}
      <VisuallyHidden role="status">
        {chosen.length > 0 ? libraryTexts.selected(chosen.length) : ''}
      </VisuallyHidden>
    </aside>
  );
}

/** Deleting for good is rare, and loaded when it is wanted. */
function empty(): void {
  import('./bin').then(({ askToEmpty }) => askToEmpty()).catch(notifyError);
}

function countOf(known: number, hasMore: boolean): string {
  return hasMore ? texts.prompts.moreThan(count(known)) : count(known);
}

/** The tag and the label that narrow the list, each with a way out. */
function ActiveFilters({ search, onChange }: { search: ListSearch; onChange: (change: ListSearch) => void }) {
  const { tag, label } = search;
  if (tag === undefined && label === undefined) return null;
  const pill = (text: string, drop: ListSearch) => (
    <Pill
      withRemoveButton
      removeButtonProps={{ 'aria-label': libraryTexts.drop(text), 'aria-hidden': false, tabIndex: 0 }}
      onRemove={() => onChange(drop)}
    >
      {text}
    </Pill>
  );
  return (
    <div className={libraryClasses.active} role="group" aria-label={libraryTexts.active}>
      {tag !== undefined && pill(libraryTexts.tag(tag), { tag: undefined })}
      {label !== undefined && pill(libraryTexts.label(label), { label: undefined })}
    </div>
  );
}
