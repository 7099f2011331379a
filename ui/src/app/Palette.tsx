import { Spotlight, useSpotlight } from '@mantine/spotlight';
import {
  IconArrowRight,
  IconCommand,
  IconEye,
  IconFiles,
  IconListCheck,
  IconPlayerPlay,
  IconSearch,
  IconTextScan2,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PaletteHits } from '../features/finding/PaletteHits';
import { promptsQuery } from '../features/prompt/queries';
import { Keys } from '../components/Keys';
import { useTabs } from '../features/prompt/tabs';
import { commands, useAvailable } from '../lib/commands';
import { type commandGroups, commandTexts, paletteTexts } from './commands.texts';
import classes from './Palette.module.css';
import { type Findable, search } from './paletteSearch';
import { keysAhead, palette, paletteStore } from './paletteStore';

/** How many prompts are shown at once: typing narrows the list, and brings what is found in texts below it. */
const MOST_PROMPTS = 50;
const MOST_PROMPTS_FOUND = 8;
/** Fewer letters than that are in nearly every text. */
const LEAST_LETTERS = 2;

interface Entry extends Findable {
  readonly id: string;
  readonly icon: ReactNode;
  readonly note?: string;
  readonly keys?: ReactNode;
  readonly act: () => void;
}

const ICONS: Record<keyof typeof commandGroups, typeof IconEye> = {
  prompt: IconTextScan2,
  run: IconPlayerPlay,
  suite: IconListCheck,
  view: IconEye,
  tabs: IconFiles,
  go: IconArrowRight,
  app: IconCommand,
};

/** Every prompt and command, by a few letters of its name; versions and answers by their words. */
export function Palette() {
  // It may have been opened, and typed for, before it was loaded.
  const { opened, query } = useSpotlight(paletteStore);
  const commands = search(query, useCommandEntries());
  const { recent } = useTabs();
  const all = recentFirst(usePrompts(opened, query), recent);
  const isTyped = query.trim() !== '';
  const prompts = search(query, all).slice(0, isTyped ? MOST_PROMPTS_FOUND : MOST_PROMPTS);
  const isNone = prompts.length + commands.length === 0;
  const searchesTexts = opened && query.trim().length >= LEAST_LETTERS;
  return (
    <Spotlight.Root
      store={paletteStore}
      // Its keys are those of the command, like all others.
      shortcut={null}
      // It is given back as soon as the palette is closed.
      returnFocus={false}
      scrollable
      attributes={{ content: { 'aria-label': paletteTexts.placeholder } }}
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.35, blur: 1 }}
    >
      <Spotlight.Search
        placeholder={paletteTexts.placeholder}
        aria-label={paletteTexts.placeholder}
        leftSection={<IconSearch size={16} />}
        onFocus={(event) => takeUp(event.currentTarget)}
      />
      <Spotlight.ActionsList className={classes.list ?? ''}>
        {prompts.length > 0 && <Group label={paletteTexts.prompts} entries={prompts} />}
        {commands.length > 0 && <Group label={paletteTexts.commands} entries={commands} />}
        {searchesTexts ? (
          <PaletteHits query={query} isAlone={isNone} groupClass={classes.group ?? ''} />
        ) : (
          isNone && <Spotlight.Empty>{paletteTexts.nothing}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
      <Spotlight.Footer className={classes.footer}>
        <kbd>↑↓</kbd> {paletteTexts.keys.move} <kbd>↵</kbd> {paletteTexts.keys.open} <kbd>Esc</kbd>{' '}
        {paletteTexts.keys.close} <span className="spacer" /> <Keys of="palette" />
      </Spotlight.Footer>
    </Spotlight.Root>
  );
}

/** Gives the search the keys that were pressed before it had the focus. Where some wrote, the best match is chosen. */
function takeUp(search: HTMLInputElement): void {
  const others = keysAhead.end();
  const chosen = search.value === '' ? [] : [{ key: 'ArrowDown', code: 'ArrowDown' }];
  for (const { key, code } of [...chosen, ...others])
    search.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }));
}

/** Where nothing is typed, what was on screen lately is likeliest; among equal matches it is too. */
function recentFirst(prompts: Entry[], recent: readonly string[]): Entry[] {
  const place = ({ id }: Entry) => (recent.includes(id) ? recent.indexOf(id) : recent.length);
  return prompts.toSorted((a, b) => place(a) - place(b));
}

function Group({ label, entries }: { label: string; entries: Entry[] }) {
  return (
    <Spotlight.ActionsGroup label={label} className={classes.group ?? ''}>
      {entries.map(({ id, label: name, note, keys, icon, act }) => (
        <Spotlight.Action
          key={id}
          onClick={() => {
            palette.close();
            act();
          }}
          className={classes.action}
        >
          <span className={classes.icon}>{icon}</span>
          <span className={classes.name}>{name}</span>
          {note !== undefined && <span className={classes.note}>{note}</span>}
          {keys !== undefined && (
            <>
              <span className="spacer" />
              {keys}
            </>
          )}
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

/** The commands that can be carried out now, but the one that is being used. */
function useCommandEntries(): Entry[] {
  return useAvailable()
    .filter((id) => id !== 'palette')
    .map((id) => {
      const { label, words, group } = commandTexts[id];
      const Icon = ICONS[group];
      return {
        id,
        label,
        words,
        icon: <Icon size={16} />,
        keys: <Keys of={id} className={classes.keys} />,
        act: () => commands.run(id),
      };
    });
}
