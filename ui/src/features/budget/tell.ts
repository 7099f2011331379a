import { notifications } from '@mantine/notifications';
import type { QueryClient } from '@tanstack/react-query';
import type { BudgetAlert } from '../../bindings/types';
import { budgetsQuery } from './queries';
import { scopeName, usedText } from './scope';
import { budgetTexts } from './texts';

/** Says that a budget is nearly used up, or is. */
export function tellBudget(queries: QueryClient, { percent, state }: BudgetAlert): void {
  // The list knows the names of prompts.
  const known = queries.getQueryData(budgetsQuery.queryKey)?.items.find(({ id }) => id === state.id);
  notifications.show({
    color: percent >= 100 ? 'red' : 'yellow',
    message: budgetTexts.alert(percent, scopeName({ ...known, ...state }), usedText(state)),
    autoClose: 8000,
  });
}
