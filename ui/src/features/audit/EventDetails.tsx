import { Button, Modal, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import type { AuditDetail, AuditEvent } from '../../bindings/types';
import { CopyIcon } from '../../components/CopyIcon';
import { Problem } from '../../components/Notice';
import { exactMoment } from '../run/moment';
import { Fact } from '../workspace/Fact';
import facts from '../workspace/workspace.module.css';
import classes from './audit.module.css';
import { whoIs } from './AuditTable';
import { eventQuery } from './queries';
import { auditTexts } from './texts';

const words = auditTexts.details;
const { columns } = auditTexts;

const StateDiff = lazy(() => import('./StateDiff').then((module) => ({ default: module.StateDiff })));

interface Props {
  readonly seq: number;
  readonly names: ReadonlyMap<string, string>;
  readonly onClose: () => void;
  /** Narrows the trail to a record. */
  readonly onRecord: (record: string) => void;
}

/** One event: who did what from where, and what it changed. */
export function EventDetails({ seq, names, onClose, onRecord }: Props) {
  const detail = useQuery(eventQuery(seq));
  return (
    <Modal opened onClose={onClose} size="min(1100px, 96vw)" title={words.title(seq)}>
      {detail.isError && <Problem error={detail.error} onRetry={() => void detail.refetch()} />}
      {detail.isPending && <Skeleton height={320} />}
      {detail.data !== undefined && (
        <>
          <EventFacts event={detail.data.event} names={names} onRecord={onRecord} onClose={onClose} />
          <States detail={detail.data} />
        </>
      )}
    </Modal>
  );
}

function EventFacts(props: Omit<Props, 'seq'> & { event: AuditEvent }) {
  const { event, names, onRecord } = props;
  const { action, record, actor, origin, operation, requestId, at, hash, previous } = event;
  return (
    <dl className={facts.facts}>
      <Fact name={columns.action}>{action}</Fact>
      <Fact name={columns.record}>
        <span className="mono">{record}</span>
        <Button variant="subtle" size="compact-xs" onClick={() => onRecord(record)}>
          {words.onlyRecord}
        </Button>
        <Place record={record} onLeave={props.onClose} />
      </Fact>
      <Fact name={columns.actor}>{`${whoIs(actor, names)} · ${auditTexts.origins[origin]}`}</Fact>
      <Fact name={columns.at}>
        <time dateTime={at}>{exactMoment(at)}</time>
      </Fact>
      {operation !== null && <Fact name={words.operation}>{operation}</Fact>}
      {requestId !== null && (
        <Fact name={words.request}>
          <span className="mono">{requestId}</span>
        </Fact>
      )}
      <Fact name={words.hash}>
        <span className="mono">{hash}</span>
        <CopyIcon value={hash} label={words.copyHash} />
      </Fact>
      <Fact name={words.previous}>
        <span className="mono">{previous}</span>
      </Fact>
    </dl>
  );
}

/** The way to what was changed, where it has a place of its own. */
function Place({ record, onLeave }: { record: string; onLeave: () => void }) {
  const [id = ''] = record.split('/');
  const link = (to: '/prompts/$id' | '/runs/$id', label: string): ReactNode => (
    <Button
      variant="subtle"
      size="compact-xs"
      onClick={onLeave}
      renderRoot={(props) => <Link to={to} params={{ id }} {...props} />}
    >
      {label}
    </Button>
  );
  if (id.startsWith('prm_')) return link('/prompts/$id', words.openPrompt);
  return id.startsWith('run_') ? link('/runs/$id', words.openRun) : null;
}

function States({ detail: { event, before, after } }: { detail: AuditDetail }) {
  const isErased = (event.before !== null && before === null) || (event.after !== null && after === null);
  if (event.before === null && event.after === null) return <p className={classes.quiet}>{words.noState}</p>;
  return (
    <section className={classes.states} aria-label={words.states}>
      {isErased && <p className={classes.quiet}>{words.erased}</p>}
      {(before ?? after) !== null && (
        <Suspense fallback={<Skeleton height={240} />}>
          <StateDiff before={before} after={after} />
        </Suspense>
      )}
    </section>
  );
}
