import { Link } from '@tanstack/react-router';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { IconCheck } from '@tabler/icons-react';
import {
  type FocusEvent,
  type KeyboardEvent,
  memo,
  type MouseEvent,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { texts } from '../../app/texts';
import type { Prompt } from '../../bindings/types';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
import { all, extended, NONE, type Selection, toggled } from '../library/selection';
import { libraryTexts } from '../library/texts';
import { binTexts } from './bin.texts';
import classes from './prompt.module.css';

/** The height of a row whose name takes one line; others are measured. */
const ROW = 51;
/** Rows beyond the screen that are drawn too, so that Tab finds the next one. */
const OVERSCAN = 8;
/** The next page is asked for when so many rows are left. */
const AHEAD = 100;

interface Props {
  readonly prompts: Prompt[];
  /** Reads more, where there is more. */
  readonly onMore: (() => void) | null;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
}

/** Prompts as rows, of which only those on screen are drawn, and the one that has the focus. */
export function PromptRows({ prompts, onMore, selection, onSelect }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  // The compiler leaves a component alone that uses it, which is what this one wants.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: prompts.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => prompts[index]?.id ?? index,
    overscan: OVERSCAN,
    rangeExtractor: useCallback((range: Range) => withFocused(range, focused), [focused]),
  });
  const items = rows.getVirtualItems();
  const wantsMore = (rows.range?.endIndex ?? 0) >= prompts.length - AHEAD;
  useEffect(() => {
    if (wantsMore) onMore?.();
  }, [wantsMore, onMore]);
  const onFocus = ({ target }: FocusEvent) => {
    const at = target.closest('li')?.dataset['index'];
    setFocused(at === undefined ? null : Number(at));
  };
  const focusRow = (at: number) => {
    scroll.current?.querySelector<HTMLElement>(`li[data-index="${at}"] :is(a, button)`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = selectedBy(event, placeOf(event.target), prompts, selection, focusRow);
    if (next !== null) onSelect(next);
  };
  const onClick = (event: MouseEvent) => {
    const at = placeOf(event.target);
    if (at === null || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    // Else the browser would open another tab or window.
    event.preventDefault();
    onSelect(event.shiftKey ? extended(selection, prompts, at) : toggled(selection, prompts, at));
    focusRow(at);
  };
  return (
    <div className={classes.rows} ref={scroll}>
      <ul
        aria-description={libraryTexts.hint}
        data-selecting={selection.ids.size > 0 || undefined}
        style={{ height: rows.getTotalSize() }}
        onKeyDown={onKeyDown}
        onClickCapture={onClick}
        onFocus={onFocus}
        onBlur={() => {
          setFocused(null);
        }}
      >
        {items.map(({ key, index, start }) => {
          const prompt = prompts[index];
          if (prompt === undefined) return null;
          return (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              // How many there are of a list that goes on is not known.
              aria-setsize={onMore === null ? prompts.length : -1}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row prompt={prompt} isSelected={selection.ids.has(prompt.id)} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The place of the row that something is in. */
function placeOf(target: EventTarget): number | null {
  const at = (target as Element).closest('li')?.dataset['index'];
  return at === undefined ? null : Number(at);
}

/** What is selected after a key, `null` where it is none that selects. */
function selectedBy(
  event: KeyboardEvent,
  at: number | null,
  prompts: Prompt[],
  selection: Selection,
  focusRow: (at: number) => void,
): Selection | null {
  if (at === null || event.altKey) return null;
  const isCommand = event.ctrlKey || event.metaKey;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined && !isCommand) {
    event.preventDefault();
    const to = Math.min(prompts.length - 1, Math.max(0, at + step));
    focusRow(to);
    if (!event.shiftKey) return null;
    const begun = selection.ids.size === 0 ? { ...NONE, anchor: at } : selection;
    return extended(begun, prompts, to);
  }
  // A button takes Space as a click.
  if (event.key === ' ' && !isCommand && (event.target as Element).tagName === 'A') {
    event.preventDefault();
    return toggled(selection, prompts, at);
  }
  if (event.key.toLowerCase() === 'a' && isCommand && !event.shiftKey) {
    event.preventDefault();
    return all(prompts);
  }
  if (event.key === 'Escape' && selection.ids.size > 0) {
    // The topmost layer only: the drawer that the list is in stays.
    event.stopPropagation();
    return NONE;
  }
  return null;
}

/** Deleting for good is rare, and loaded when it is wanted. */
async function purge(prompt: Prompt): Promise<void> {
  (await import('./bin')).askToPurge(prompt);
}

/** The rows on screen, and the one with the focus: it would be lost with its row. */
function withFocused(range: Range, focused: number | null): number[] {
  const shown = defaultRangeExtractor(range);
  if (focused === null || focused >= range.count || shown.includes(focused)) return shown;
  return [...shown, focused].sort((one, other) => one - other);
}

const Row = memo(function Row({ prompt, isSelected }: { prompt: Prompt; isSelected: boolean }) {
  const version = prompt.headNumber === null ? texts.prompts.neverSaved : `v${prompt.headNumber}`;
  const draft = prompt.hasDraft ? [texts.prompts.unsaved] : [];
  const facts = [texts.promptStatus[prompt.status], version, ...draft, ...prompt.tags].join(' · ');
  const tone = { draft: classes.warn, published: classes.good, archived: classes.off }[prompt.status];
  const content = (
    <>
      <span className={classes.name}>
        {prompt.name}{' '}
        {isSelected ? (
          <IconCheck size={14} className={classes.check} aria-label={libraryTexts.isSelected} />
        ) : (
          <span className={`${classes.dot ?? ''} ${tone ?? ''}`} aria-hidden />
        )}
      </span>
      <span className={classes.facts}>{facts}</span>
    </>
  );
  if (prompt.deletedAt !== null) {
    const restore = () => {
      api.promptUndelete({ id: prompt.id }).catch(notifyError);
    };
    return (
      <div className={classes.row} data-selected={isSelected || undefined}>
        {content}
        <span className={classes.rowActions}>
          <button type="button" className={classes.textButton} onClick={restore}>
            {texts.actions.restore}
          </button>
          <button
            type="button"
            className={classes.textButton}
            aria-label={binTexts.purge(prompt.name)}
            onClick={() => void purge(prompt)}
          >
            {texts.actions.delete}
          </button>
        </span>
      </div>
    );
  }
  return (
    <Link
      to="/prompts/$id"
      params={{ id: prompt.id }}
      className={classes.row}
      data-selected={isSelected || undefined}
    >
      {content}
    </Link>
  );
});
