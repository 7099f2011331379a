import { IconRoute } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { CopyIcon } from '../../components/CopyIcon';
import { scroller } from '../../lib/useNear';
import { columnsTexts } from './columns.texts';
import classes from './JsonTree.module.css';
import { JsonRow } from './JsonRow';
import { moveOf, pathOf, type Row, rowsOf } from './jsonTree';

const words = columnsTexts.json;

/** The height of a line, in pixels. */
const LINE = 22;

/**
 * JSON as a tree that is walked with the keys of the ARIA practices. Only the lines in sight are in the page, so the
 * tree itself has the focus and says which line is active.
 */
export function JsonTree({ value }: { value: unknown }) {
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(() => new Map());
  const [chosen, setChosen] = useState('');
  const rows = useMemo(() => rowsOf(value, opened), [value, opened]);
  const active = Math.max(
    rows.findIndex(({ id }) => id === chosen),
    0,
  );
  const tree = useRef<HTMLDivElement>(null);
  const id = useId();
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const box = scroller(tree.current);
    if (tree.current === null || box === null) return;
    const top = tree.current.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    setMargin(Math.round(top));
  }, [value]);
  // eslint-disable-next-line react-hooks/incompatible-library -- Its functions are given to no memoised part.
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller(tree.current),
    estimateSize: () => LINE,
    getItemKey: (at) => rows[at]?.id ?? at,
    overscan: 12,
    scrollMargin: margin,
    scrollPaddingStart: 2 * LINE,
    scrollPaddingEnd: LINE,
  });
  const toggle = (row: Row, open: boolean) => setOpened(new Map(opened).set(row.id, open));
  const goTo = (at: number) => {
    setChosen(rows[at]?.id ?? '');
    virtual.scrollToIndex(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = moveOf(event.key, rows, active);
    const row = rows[active];
    if (move === null || row === undefined) return;
    event.preventDefault();
    if (move.open !== undefined) toggle(row, move.open);
    goTo(move.to);
  };
  const items = virtual.getVirtualItems();
  const isInSight = items.some(({ index }) => index === active);
  return (
    <>
      {rows[active] !== undefined && <ActivePath row={rows[active]} />}
      <div
        ref={tree}
        role="tree"
        tabIndex={0}
        aria-label={words.tree}
        aria-activedescendant={isInSight ? `${id}${active}` : undefined}
        className={classes.tree}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {items.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <JsonRow
              key={row.id}
              ref={virtual.measureElement}
              id={`${id}${index}`}
              index={index}
              row={row}
              top={start - margin}
              isActive={index === active}
              onChoose={() => setChosen(row.id)}
              onToggle={toggle}
            />
          );
        })}
      </div>
    </>
  );
}

/** The way to the active line, and what can be copied of it. */
function ActivePath({ row }: { row: Row }) {
  const path = pathOf(row);
  const text = () => (typeof row.value === 'string' ? row.value : JSON.stringify(row.value, null, 2));
  return (
    <div className={classes.path}>
      <code title={path}>{path}</code>
      <CopyIcon value={path} label={words.copyPath} icon={<IconRoute size={14} />} />
      <CopyIcon value={text} label={words.copyValue} />
    </div>
  );
}
