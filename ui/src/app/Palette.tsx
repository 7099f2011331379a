import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Spotlight } from '@mantine/spotlight';
import {
  IconBrush,
  IconInfoCircle,
  IconPlayerPlay,
  IconPlugConnected,
  IconPlus,
  IconSearch,
  IconSunMoon,
  IconTextScan2,
  IconWifi,
  IconWifiOff,
  IconWorldUpload,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { switchNetwork } from '../features/egress/network';
import { networkQuery } from '../features/egress/queries';
import { openNewPrompt } from '../features/prompt/NewPrompt';
import { promptsQuery } from '../features/prompt/queries';
import { modifierName } from '../lib/keys';
import classes from './Palette.module.css';
import { paletteTexts } from './palette.texts';
import { type Findable, search } from './paletteSearch';

/** How many prompts are shown at once: typing narrows the list. */
const MOST_PROMPTS = 50;

interface Entry extends Findable {
  readonly id: string;
  readonly icon: ReactNode;
  readonly note?: string;
  readonly act: () => void;
}

/** Every prompt and command, by a few letters of its name. */
export function Palette() {
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState(false);
  const commands = search(query, useCommands());
  const prompts = search(query, usePrompts(opened, query)).slice(0, MOST_PROMPTS);
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut="mod + K"
      // The palette opens from every field, editors included.
      tagsToIgnore={[]}
      triggerOnContentEditable
      scrollable
      attributes={{ content: { 'aria-label': paletteTexts.placeholder } }}
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.35, blur: 1 }}
      onSpotlightOpen={() => setOpened(true)}
      onSpotlightClose={() => setOpened(false)}
    >
      <Spotlight.Search
        placeholder={paletteTexts.placeholder}
        aria-label={paletteTexts.placeholder}
        leftSection={<IconSearch size={16} />}
      />
      <Spotlight.ActionsList className={classes.list ?? ''}>
        {prompts.length > 0 && <Group label={paletteTexts.prompts} entries={prompts} />}
        {commands.length > 0 && <Group label={paletteTexts.commands} entries={commands} />}
        {prompts.length + commands.length === 0 && <Spotlight.Empty>{paletteTexts.nothing}</Spotlight.Empty>}
      </Spotlight.ActionsList>
      <Spotlight.Footer className={classes.footer}>
        <kbd>↑↓</kbd> {paletteTexts.keys.move} <kbd>↵</kbd> {paletteTexts.keys.open} <kbd>Esc</kbd>{' '}
        {paletteTexts.keys.close} <span className="spacer" /> <kbd>{modifierName} K</kbd>
      </Spotlight.Footer>
    </Spotlight.Root>
  );
}

function Group({ label, entries }: { label: string; entries: Entry[] }) {
  return (
    <Spotlight.ActionsGroup label={label} className={classes.group ?? ''}>
      {entries.map(({ id, label: name, note, icon, act }) => (
        <Spotlight.Action key={id} onClick={act} className={classes.action}>
          <span className={classes.icon}>{icon}</span>
          <span className={classes.name}>{name}</span>
          {note !== undefined && <span className={classes.note}>{note}</span>}
        </Spotlight.Action>
      ))}
    </Spotlight.ActionsGroup>
  );
}

/** Prompts as entries; a workspace with more than one page of them is searched by its host too. */
function usePrompts(opened: boolean, query: string): Entry[] {
  const navigate = useNavigate();
  const all = useQuery({ ...promptsQuery({}), enabled: opened });
  const hasMore = all.data?.next !== undefined && all.data.next !== null;
  const wanted = query.trim();
  const more = useQuery({
    ...promptsQuery({ search: wanted }),
    enabled: opened && hasMore && wanted !== '',
  });
  const known = [...(all.data?.items ?? []), ...(hasMore ? (more.data?.items ?? []) : [])];
  const unique = new Map(known.map((prompt) => [prompt.id, prompt]));
  return [...unique.values()].map(({ id, name, title, description, tags }) => ({
    id,
    label: name,
    words: `${title} ${tags.join(' ')} ${description}`,
    icon: <IconTextScan2 size={16} />,
    act: () => void navigate({ to: '/prompts/$id', params: { id } }),
    ...(title === '' ? {} : { note: title }),
  }));
}

function useCommands(): Entry[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const offline = useQuery(networkQuery).data?.offline === true;
  const words = paletteTexts.command;
  return [
    { id: 'new', ...words.newPrompt, icon: <IconPlus size={16} />, act: openNewPrompt },
    {
      id: 'prompts',
      ...words.prompts,
      icon: <IconTextScan2 size={16} />,
      act: () => void navigate({ to: '/prompts' }),
    },
    {
      id: 'runs',
      ...words.runs,
      icon: <IconPlayerPlay size={16} />,
      act: () => void navigate({ to: '/runs' }),
    },
    {
      id: 'providers',
      ...words.providers,
      icon: <IconPlugConnected size={16} />,
      act: () => void navigate({ to: '/settings/providers' }),
    },
    {
      id: 'egress',
      ...words.egress,
      icon: <IconWorldUpload size={16} />,
      act: () => void navigate({ to: '/settings/egress' }),
    },
    {
      id: 'network',
      ...(offline ? words.networkOn : words.networkOff),
      icon: offline ? <IconWifi size={16} /> : <IconWifiOff size={16} />,
      act: () => void switchNetwork(!offline),
    },
    {
      id: 'appearance',
      ...words.appearance,
      icon: <IconBrush size={16} />,
      act: () => void navigate({ to: '/settings/appearance' }),
    },
    {
      id: 'about',
      ...words.about,
      icon: <IconInfoCircle size={16} />,
      act: () => void navigate({ to: '/settings/about' }),
    },
    {
      id: 'scheme',
      ...(isDark ? words.light : words.dark),
      icon: <IconSunMoon size={16} />,
      act: () => setColorScheme(isDark ? 'light' : 'dark'),
    },
  ];
}
