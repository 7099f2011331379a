import { ActionIcon, Menu, TextInput, Tooltip } from '@mantine/core';
import { IconFilter, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { texts } from '../../app/texts';
import type { ListPrompts, Prompt } from '../../bindings/types';
import { api } from '../../host';
import { count } from '../../lib/format';
import { notifyError } from '../../lib/notify';
import { openNewPrompt } from './NewPrompt';
import { promptsQuery, tagsQuery } from './queries';
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
  const prompts = useQuery(promptsQuery({ ...FILTERS[showing], search, tag }));
  const items = prompts.data?.items ?? [];
  return (
    <aside className={classes.list} aria-label={texts.prompts.title}>
      <div className={classes.head}>
        <h2>
          {showing === 'current' ? texts.prompts.title : texts.prompts.showing[showing]}{' '}
          <span className={classes.count}>{prompts.data === undefined ? '' : count(items.length)}</span>
        </h2>
        <span>
          <FilterMenu tag={tag} onTag={setTag} showing={showing} onShowing={setShowing} />
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
      <ul className={classes.rows}>
        {items.map((prompt) => (
          <Row key={prompt.id} prompt={prompt} />
        ))}
        {prompts.isSuccess && items.length === 0 && <li className={classes.empty}>{texts.prompts.empty}</li>}
      </ul>
    </aside>
  );
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

function Row({ prompt }: { prompt: Prompt }) {
  const version = prompt.headNumber === null ? texts.prompts.neverSaved : `v${prompt.headNumber}`;
  const draft = prompt.hasDraft ? [texts.prompts.unsaved] : [];
  const facts = [texts.promptStatus[prompt.status], version, ...draft, ...prompt.tags].join(' · ');
  const tone = { draft: classes.warn, published: classes.good, archived: classes.off }[prompt.status];
  const content = (
    <>
      <span className={classes.name}>
        {prompt.name} <span className={`${classes.dot ?? ''} ${tone ?? ''}`} aria-hidden />
      </span>
      <span className={classes.facts}>{facts}</span>
    </>
  );
  if (prompt.deletedAt !== null) {
    const restore = () => {
      api.promptUndelete({ id: prompt.id }).catch(notifyError);
    };
    return (
      <li className={classes.row}>
        {content}
        <button type="button" className={classes.textButton} onClick={restore}>
          {texts.actions.restore}
        </button>
      </li>
    );
  }
  return (
    <li>
      <Link to="/prompts/$id" params={{ id: prompt.id }} className={classes.row}>
        {content}
      </Link>
    </li>
  );
}
