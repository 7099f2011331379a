import { Button, Skeleton, Switch } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EgressTotal } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { bytes, count, moment } from '../../lib/format';
import { ExecutionDetails } from '../run/ExecutionDetails';
import classes from './egress.module.css';
import { LedgerTable } from './LedgerTable';
import { placeName } from './place';
import { ledgerQuery, totalsQuery } from './queries';
import { egressTexts as words } from './texts';

/** What left this machine: how much went where in all, then every request. */
export function EgressScreen() {
  return (
    <div className={classes.page}>
      <h1>{words.title}</h1>
      <p className={classes.about}>{words.text}</p>
      <Totals />
      <Ledger />
    </div>
  );
}

function Totals() {
  const totals = useQuery(totalsQuery);
  const items = totals.data?.items ?? [];
  return (
    <section className={classes.section}>
      <h2>{words.totals}</h2>
      {totals.isError && <Problem error={totals.error} onRetry={() => void totals.refetch()} />}
      {totals.isPending && <Skeleton height={80} />}
      {totals.isSuccess && items.length === 0 && <p className={classes.about}>{words.totalsNone}</p>}
      {items.length > 0 && <TotalsTable totals={items} />}
    </section>
  );
}

function TotalsTable({ totals }: { totals: EgressTotal[] }) {
  const { columns } = words;
  return (
    <div className={classes.tableBox} tabIndex={0} role="region" aria-label={words.totals}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{columns.place}</th>
            <th scope="col" className={classes.figure}>
              {columns.requests}
            </th>
            <th scope="col" className={classes.figure}>
              {columns.sent}
            </th>
            <th scope="col" className={classes.figure}>
              {columns.received}
            </th>
            <th scope="col" className={classes.figure}>
              {columns.last}
            </th>
          </tr>
        </thead>
        <tbody>
          {totals.map((total) => (
            <tr key={total.origin}>
              <th scope="row" className="mono">
                {placeName(total.origin)}
              </th>
              <td className={classes.figure}>{count(total.requests)}</td>
              <td className={classes.figure}>{bytes(total.bytesOut)}</td>
              <td className={classes.figure}>{bytes(total.bytesIn)}</td>
              <td className={classes.figure}>
                <time dateTime={total.lastAt}>{moment(total.lastAt)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ledger() {
  const [outside, setOutside] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const ledger = useInfiniteQuery(ledgerQuery(outside));
  const items = ledger.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes.section}>
      <div className={classes.titleRow}>
        <h2>{words.ledger}</h2>
        <span className="spacer" />
        <Switch
          label={words.outside}
          checked={outside}
          onChange={(event) => setOutside(event.currentTarget.checked)}
        />
      </div>
      {ledger.isError && <Problem error={ledger.error} onRetry={() => void ledger.refetch()} />}
      {ledger.isPending && <Skeleton height={240} />}
      {ledger.isSuccess && items.length === 0 && (
        <p className={classes.about}>{outside ? words.totalsNone : words.none}</p>
      )}
      {items.length > 0 && <LedgerTable entries={items} onExecution={setShown} />}
      {ledger.hasNextPage && (
        <div className={classes.more}>
          <Button
            variant="default"
            loading={ledger.isFetchingNextPage}
            onClick={() => void ledger.fetchNextPage()}
          >
            {words.more}
          </Button>
        </div>
      )}
      {shown !== null && <ExecutionDetails executionId={shown} onClose={() => setShown(null)} />}
    </section>
  );
}
