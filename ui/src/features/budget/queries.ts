import { queryOptions } from '@tanstack/react-query';
import type { SpendBy } from '../../bindings/types';
import { api } from '../../host';

/** The budgets with what is spent and set aside of each. */
export const budgetsQuery = queryOptions({ queryKey: ['budgets'], queryFn: () => api.budgetList() });

/** What was spent this month. */
export const spendQuery = (by: SpendBy) =>
  queryOptions({ queryKey: ['budgets', 'spend', by], queryFn: () => api.spendList({ by }) });
