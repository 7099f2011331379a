import { Button } from '@mantine/core';
import type { Egress } from '../../bindings/types';
import { Chip } from '../../components/Chip';
import { bytes, moment } from '../../lib/format';
import { exactMoment } from '../run/moment';
import classes from './egress.module.css';
import { keyName, placeName, statusOf } from './place';
import { egressTexts as words } from './texts';

/** Requests as rows, newest first. */
export function LedgerTable(props: { entries: Egress[]; onExecution: (id: string) => void }) {
  const { columns } = words;
  return (
    <div className={classes.tableBox} tabIndex={0} role="region" aria-label={words.ledger}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{columns.time}</th>
            <th scope="col">{columns.place}</th>
            <th scope="col">{columns.purpose}</th>
            <th scope="col" className={classes.figure}>
              {columns.sent}
            </th>
            <th scope="col" className={classes.figure}>
              {columns.received}
            </th>
            <th scope="col">{columns.status}</th>
            <th scope="col">{columns.key}</th>
            <th scope="col">{columns.execution}</th>
          </tr>
        </thead>
        <tbody>
          {props.entries.map((entry) => (
            <Row key={entry.id} entry={entry} onExecution={props.onExecution} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ entry, onExecution }: { entry: Egress; onExecution: (id: string) => void }) {
  const { executionId, key, httpStatus } = entry;
  const time = exactMoment(entry.sentAt);
  return (
    <tr>
      <td className={classes.time}>
        <time dateTime={entry.sentAt} title={time}>
          {moment(entry.sentAt)}
        </time>
      </td>
      <td>
        <span className="mono">{placeName(entry.origin)}</span> {entry.isLocal && <Chip>{words.local}</Chip>}
      </td>
      <td>{words.purposes[entry.purpose]}</td>
      <td className={classes.figure}>{bytes(entry.bytesOut)}</td>
      <td className={classes.figure}>{bytes(entry.bytesIn)}</td>
      <td className={httpStatus === null ? classes.quiet : undefined}>{statusOf(entry)}</td>
      <td className={key === null ? classes.quiet : 'mono'}>{keyName(key)}</td>
      <td>
        {executionId !== null && (
          <Button
            variant="subtle"
            size="compact-xs"
            aria-label={words.openOf(time)}
            onClick={() => onExecution(executionId)}
          >
            {words.open}
          </Button>
        )}
      </td>
    </tr>
  );
}
