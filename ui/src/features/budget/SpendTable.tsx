import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Spend, SpendBy } from '../../bindings/types';
import { Problem } from '../../components/Notice';
import { count, dollars } from '../../lib/format';
import table from '../workspace/workspace.module.css';
import classes from './budget.module.css';
import { spendQuery } from './queries';
import { budgetTexts } from './texts';

const words = budgetTexts.spend;
const BYS: SpendBy[] = ['day', 'provider', 'model', 'prompt'];

/** What was spent this month, by what the reader wants to know. */
export function SpendTable() {
  const [by, setBy] = useState<SpendBy>('day');
  const spend = useQuery(spendQuery(by));
  const items = spend.data?.items ?? [];
  return (
    <section className={table.section} aria-labelledby="spend-title">
      <div className={`${table.titleRow ?? ''} ${classes.title ?? ''}`}>
        <h2 id="spend-title">{words.title}</h2>
        <span className="spacer" />
        <SegmentedControl
          aria-label={words.by}
          value={by}
          onChange={(value) => setBy(BYS.find((known) => known === value) ?? 'day')}
          data={BYS.map((value) => ({ value, label: words.bys[value] }))}
        />
      </div>
      {spend.isError && <Problem error={spend.error} onRetry={() => void spend.refetch()} />}
      {spend.isPending && <Skeleton height={96} />}
      {spend.isSuccess && items.length === 0 && <p className={table.about}>{words.none}</p>}
      {items.length > 0 && <Rows by={by} items={items} />}
    </section>
  );
}

function Rows({ by, items }: { by: SpendBy; items: readonly Spend[] }) {
  const { columns } = words;
  const total = items.reduce((sum, { costUsd }) => sum + Number(costUsd), 0);
  return (
    <div className={table.tableBox}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{words.bys[by]}</th>
            <th scope="col">{columns.attempts}</th>
            <th scope="col">{columns.tokens}</th>
            <th scope="col">{columns.cost}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ key, title, attempts, inputTokens, outputTokens, costUsd }) => (
            <tr key={key}>
              <th scope="row">{title ?? key}</th>
              <td>{count(attempts)}</td>
              <td>{`${count(inputTokens)} · ${count(outputTokens)}`}</td>
              <td>{dollars(costUsd)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{words.total}</th>
            <td />
            <td />
            <td>
              <b>{dollars(String(total))}</b>
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}
