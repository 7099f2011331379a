import { Link } from '@tanstack/react-router';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type FocusEvent, memo, useCallback, useEffect, useRef, useState } from 'react';
import { texts } from '../../app/texts';
import type { Prompt } from '../../bindings/types';
import { api } from '../../host';
import { notifyError } from '../../lib/notify';
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
}

/** Prompts as rows, of which only those on screen are drawn, and the one that has the focus. */
export function PromptRows({ prompts, onMore }: Props) {
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
  return (
    <div className={classes.rows} ref={scroll}>
      <ul
        style={{ height: rows.getTotalSize() }}
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
              <Row prompt={prompt} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The rows on screen, and the one with the focus: it would be lost with its row. */
function withFocused(range: Range, focused: number | null): number[] {
  const shown = defaultRangeExtractor(range);
  if (focused === null || focused >= range.count || shown.includes(focused)) return shown;
  return [...shown, focused].sort((one, other) => one - other);
}

const Row = memo(function Row({ prompt }: { prompt: Prompt }) {
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
      <div className={classes.row}>
        {content}
        <button type="button" className={classes.textButton} onClick={restore}>
          {texts.actions.restore}
        </button>
      </div>
    );
  }
  return (
    <Link to="/prompts/$id" params={{ id: prompt.id }} className={classes.row}>
      {content}
    </Link>
  );
});
