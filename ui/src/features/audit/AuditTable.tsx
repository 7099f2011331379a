import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { AuditEvent } from '../../bindings/types';
import { count, moment } from '../../lib/format';
import { useArrows } from '../../lib/useArrows';
import { exactMoment } from '../run/moment';
import classes from './audit.module.css';
import { auditTexts as words } from './texts';

/** The height of a row, as in its style sheet. */
const ROW = 34;
/** Rows beyond the screen that are drawn too. */
const OVERSCAN = 12;
/** The next page is asked for when so many rows are left. */
const AHEAD = 40;
const COLUMNS = ['event', 'action', 'record', 'actor', 'origin', 'at'] as const;

interface Props {
  readonly events: AuditEvent[];
  /** The names of those who act, by their ids. */
  readonly names: ReadonlyMap<string, string>;
  readonly onShow: (seq: number) => void;
  /** Reads more, where there is more. */
  readonly onMore: (() => void) | null;
}

/** Events as rows, of which only those on screen are drawn. */
export function AuditTable({ events, names, onShow, onMore }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  // The compiler leaves a component alone that uses it, which is what this one wants.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
    scrollPaddingStart: ROW,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const drawn = { first, last, overscan: OVERSCAN };
  const { current, onKeyDown } = useArrows(scroll, events.length, drawn, rows.scrollToIndex);
  const wantsMore = last >= events.length - AHEAD;
  useEffect(() => {
    if (wantsMore) onMore?.();
  }, [wantsMore, onMore]);
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className={classes.scroll} ref={scroll}>
      <table
        className={classes.table}
        aria-rowcount={onMore === null ? events.length + 1 : -1}
        aria-label={words.title}
      >
        <colgroup>
          {COLUMNS.map((column) => (
            <col key={column} className={classes[column]} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className={classes[column]}>
                {words.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>
          <Gap height={items[0]?.start ?? 0} />
          {items.map(({ index }) => {
            const event = events[index];
            if (event === undefined) return null;
            const isCurrent = index === current;
            return <Row key={event.seq} {...{ event, index, isCurrent, names, onShow }} />;
          })}
          <Gap height={after} />
        </tbody>
      </table>
    </div>
  );
}

/** What is not drawn, as the room that it would take. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={COLUMNS.length} className={classes.gap} style={{ height }} />
    </tr>
  );
}

interface RowProps {
  readonly event: AuditEvent;
  readonly index: number;
  readonly isCurrent: boolean;
  readonly names: ReadonlyMap<string, string>;
  readonly onShow: (seq: number) => void;
}

function Row({ event, index, isCurrent, names, onShow }: RowProps) {
  const { seq, at, action, record, actor, origin } = event;
  return (
    <tr onClick={() => onShow(seq)} data-index={index} aria-rowindex={index + 2}>
      <td className={classes.event}>{count(seq)}</td>
      <td>
        <button
          type="button"
          className={classes.action}
          data-index={index}
          tabIndex={isCurrent ? 0 : -1}
          onClick={(click) => {
            click.stopPropagation();
            onShow(seq);
          }}
        >
          {action}
        </button>
      </td>
      <td className="mono" title={record}>
        {record}
      </td>
      <td>{whoIs(actor, names)}</td>
      <td>{words.origins[origin]}</td>
      <td className={classes.at}>
        <time dateTime={at} title={exactMoment(at)}>
          {moment(at)}
        </time>
      </td>
    </tr>
  );
}

/** Who acted, by name where it is known. */
export function whoIs(actor: string | null, names: ReadonlyMap<string, string>): string {
  return actor === null ? words.nobody : (names.get(actor) ?? actor);
}
