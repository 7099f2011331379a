import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../app/live';
import type { BudgetView } from '../../bindings/types';
import { Notice, Problem } from '../../components/Notice';
import { api } from '../../host';
import { useCommands } from '../../lib/commands';
import { notifyError, notifyUndo } from '../../lib/notify';
import table from '../workspace/workspace.module.css';
import { BudgetForm } from './BudgetForm';
import { Meter } from './Meter';
import { budgetsQuery } from './queries';
import { scopeName } from './scope';
import { SpendTable } from './SpendTable';
import { budgetTexts as words } from './texts';

/** What may be spent, and what was. */
export function BudgetsScreen() {
  const budgets = useQuery(budgetsQuery);
  const [edited, setEdited] = useState<BudgetView | 'new' | null>(null);
  const items = budgets.data?.items ?? [];
  useCommands({ newBudget: () => setEdited('new') });
  const make = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setEdited('new')}>
      {words.make}
    </Button>
  );
  return (
    <div className={table.page}>
      <div className={table.titleRow}>
        <h1>{words.title}</h1>
        <span className="spacer" />
        {items.length > 0 && make}
      </div>
      <p className={table.about}>{words.text}</p>
      {budgets.isError && <Problem error={budgets.error} onRetry={() => void budgets.refetch()} />}
      {budgets.isPending && <Skeleton height={96} />}
      {budgets.isSuccess && items.length === 0 && (
        <Notice title={words.none} text={words.noneText}>
          {make}
        </Notice>
      )}
      {items.length > 0 && <BudgetTable budgets={items} onEdit={setEdited} />}
      <SpendTable />
      {edited !== null && (
        <BudgetForm budget={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
    </div>
  );
}

function BudgetTable(props: { budgets: BudgetView[]; onEdit: (budget: BudgetView) => void }) {
  const { columns } = words;
  return (
    <div className={table.tableBox}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{columns.scope}</th>
            <th scope="col">{columns.period}</th>
            <th scope="col">{columns.used}</th>
            <th scope="col">{columns.kind}</th>
            <td className={table.noHead} />
          </tr>
        </thead>
        <tbody>
          {props.budgets.map((budget) => (
            <BudgetRow key={budget.id} budget={budget} onEdit={() => props.onEdit(budget)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BudgetRow({ budget, onEdit }: { budget: BudgetView; onEdit: () => void }) {
  const name = scopeName(budget);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{words.period[budget.period]}</td>
      <td>
        <Meter budget={budget} />
      </td>
      <td>{words.kind[budget.kind]}</td>
      <td className={table.action}>
        <Button variant="subtle" color="gray" aria-label={words.editOf(name)} onClick={onEdit}>
          {words.edit}
        </Button>
        <Button
          variant="subtle"
          color="red"
          aria-label={words.removeOf(name)}
          onClick={() => void remove(budget)}
        >
          {words.remove}
        </Button>
      </td>
    </tr>
  );
}

async function remove(budget: BudgetView): Promise<void> {
  const { id } = budget;
  try {
    await api.budgetDelete({ id });
    await queries.invalidateQueries(budgetsQuery);
    notifyUndo(words.removed(scopeName(budget)), async () => {
      await api.budgetUndelete({ id });
      await queries.invalidateQueries(budgetsQuery);
    });
  } catch (thrown) {
    notifyError(thrown);
  }
}
