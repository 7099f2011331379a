import { useRef } from 'react';
import type { AuditEvent } from '../../bindings/types';
import { count, moment } from '../../lib/format';
import { VirtualTable } from '../../components/VirtualTable';
import { useVirtualRows } from '../../lib/useVirtualRows';
import { exactMoment } from '../run/moment';
import classes from './audit.module.css';
import { auditTexts as words } from './texts';

/** The height of a row, in pixels. */
const ROW = 34;
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
  const rows = useVirtualRows(scroll, events.length, ROW, onMore);
  return (
    <VirtualTable
      name={words.title}
      scroll={scroll}
      rows={rows}
      count={onMore === null ? events.length : null}
      columns={COLUMNS}
      labels={words.columns}
      styles={classes}
    >
      {(index) => {
        const event = events[index];
        if (event === undefined) return null;
        const isCurrent = index === rows.current;
        return <Row key={event.seq} {...{ event, index, isCurrent, names, onShow }} />;
      }}
    </VirtualTable>
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
    <tr onClick={() => onShow(seq)} data-index={index} aria-rowindex={index + 2} style={{ height: ROW }}>
      <td className={classes.event}>{count(seq)}</td>
      <td>
        <button
          type="button"
          className={classes.name}
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
