import { IconChevronRight } from '@tabler/icons-react';
import type { Ref } from 'react';
import { columnsTexts } from './columns.texts';
import classes from './JsonTree.module.css';
import { lineOf, type Row, sizeOf } from './jsonTree';

const words = columnsTexts.json;

/** The most of a text that is shown in a tree. */
const MOST_SHOWN = 20_000;

interface Props {
  ref: Ref<HTMLDivElement>;
  id: string;
  index: number;
  row: Row;
  /** Where it stands in the tree, in pixels. */
  top: number;
  isActive: boolean;
  onChoose: () => void;
  onToggle: (row: Row, open: boolean) => void;
}

/** A line of a tree: a name and its value, or what a value holds. */
export function JsonRow({ ref, id, index, row, top, isActive, onChoose, onToggle }: Props) {
  const onClick = () => {
    onChoose();
    if (row.isOpen !== null) onToggle(row, !row.isOpen);
  };
  return (
    <div
      ref={ref}
      id={id}
      data-index={index}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.of}
      aria-expanded={row.isOpen ?? undefined}
      aria-selected={isActive}
      className={classes.row}
      style={{ transform: `translateY(${top}px)`, paddingLeft: Math.min(row.depth, 24) * 14 }}
      onClick={onClick}
    >
      <IconChevronRight
        size={14}
        className={classes.chevron}
        data-open={row.isOpen ?? undefined}
        visibility={row.isOpen === null ? 'hidden' : undefined}
        aria-hidden
      />
      <span className={row.kind === 'text' ? classes.whole : classes.line}>
        <Content row={row} />
      </span>
    </div>
  );
}

function Content({ row }: { row: Row }) {
  const { kind, name, value } = row;
  if (kind === 'range') return <span className={classes.size}>{words.range(row.from, row.to - 1)}</span>;
  if (kind === 'text') return <WholeText text={value as string} />;
  return (
    <>
      {name !== null && (
        <>
          <bdi className={classes.name}>{typeof name === 'number' ? name : JSON.stringify(name)}</bdi>
          {': '}
        </>
      )}
      <Value value={value} isOpen={row.isOpen === true} />
    </>
  );
}

function WholeText({ text }: { text: string }) {
  if (text.length <= MOST_SHOWN) return <bdi>{text}</bdi>;
  return (
    <>
      <bdi>{text.slice(0, MOST_SHOWN)}</bdi>
      <span className={classes.size}> {words.more(text.length - MOST_SHOWN)}</span>
    </>
  );
}

function Value({ value, isOpen }: { value: unknown; isOpen: boolean }) {
  if (typeof value === 'object' && value !== null) {
    const size = sizeOf(value);
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const count = Array.isArray(value) ? words.items(size) : words.fields(size);
    return (
      <>
        {isOpen ? open : size === 0 ? open + close : `${open}…${close}`}
        {size > 0 && <span className={classes.size}> {count}</span>}
      </>
    );
  }
  return <bdi className={classes[value === null ? 'null' : typeof value]}>{lineOf(value)}</bdi>;
}
