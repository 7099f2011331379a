import type { BudgetKind, Period, SpendBy } from '../../bindings/types';
import type { ScopeKind } from './scope';

/** What everything about money says. */
export const budgetTexts = {
  title: 'Budgets',
  text: 'A hard budget stops the next call that could go past it. A soft one says so and stops nothing. What is free always runs.',
  make: 'New budget',
  none: 'Nothing limits what runs may cost.',
  noneText: 'A budget stops calls, or warns, before more is spent than you meant to.',
  of: (name: string) => `Budget for ${name}`,
  columns: { scope: 'For', period: 'Period', used: 'Used', kind: 'At the cap' },
  workspace: 'Everything',
  prompt: (name: string) => `Prompt ${name}`,
  period: { once: 'Once', day: 'Each day', month: 'Each month' } satisfies Record<Period, string>,
  kind: { hard: 'Stops calls', soft: 'Warns' } satisfies Record<BudgetKind, string>,
  used: (settled: string, cap: string) => `${settled} of ${cap}`,
  reserved: (amount: string) => `up to ${amount} under way`,
  over: 'over',
  near: 'nearly used up',
  edit: 'Edit',
  editOf: (name: string) => `Edit the budget for ${name}`,
  remove: 'Delete',
  removeOf: (name: string) => `Delete the budget for ${name}`,
  removed: (name: string) => `Deleted the budget for ${name}`,
  form: {
    make: 'New budget',
    edit: (name: string) => `Budget for ${name}`,
    scope: 'For',
    scopes: {
      workspace: 'Everything',
      provider: 'A provider',
      model: 'A model',
      prompt: 'A prompt',
    } satisfies Record<ScopeKind, string>,
    provider: 'Provider',
    model: 'Model',
    prompt: 'Prompt',
    period: 'Period',
    cap: 'At most, in dollars',
    capHint: 'Such as `0.50` or `20`',
    kind: 'At the cap',
    kindHint: {
      hard: 'No call is made that could go past it. Models without a price are not called.',
      soft: 'It is told at 80 % and at 100 %. Nothing is stopped.',
    } satisfies Record<BudgetKind, string>,
    save: 'Save',
    create: 'Make budget',
    cancel: 'Cancel',
    notAnAmount: 'Write an amount in dollars, such as `0.50`',
  },
  spend: {
    title: 'Spent this month',
    by: 'Sum by',
    bys: { day: 'Day', provider: 'Provider', model: 'Model', prompt: 'Prompt' } satisfies Record<
      SpendBy,
      string
    >,
    columns: { attempts: 'Calls', tokens: 'Tokens in · out', cost: 'Cost' },
    none: 'Nothing was called this month.',
    total: 'Together',
  },
  alert: (percent: number, name: string, used: string) =>
    percent >= 100
      ? `The budget for ${name} is used up: ${used}`
      : `${percent} % of the budget for ${name} is used: ${used}`,
  status: (name: string, used: string) => `Budget ${name}: ${used}`,
  cost: {
    label: 'Cost',
    title: 'What this run costs',
    request: 'The requests alone',
    worst: 'At most, with the longest answers',
    unknown: 'unknown',
    unknownText: 'A model whose price or longest answer is unknown is not called under a cap.',
    cap: 'Stop at, in dollars',
    capHint: 'No call is made that could go past it.',
    noCap: 'no cap',
    capped: (cap: string) => `cap ${cap}`,
    upTo: (amount: string) => `up to ${amount}`,
    tight: 'The cap is below what the run can cost at most, so some of it may not run.',
  },
  run: {
    spent: (spent: string, cap: string) => `${spent} of ${cap}`,
    raise: 'Raise the cap',
    raiseTitle: 'What this run may cost',
    raiseText: 'What waits for money goes on. Then try again what failed.',
    save: 'Set cap',
  },
} as const;
