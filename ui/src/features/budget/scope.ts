import type { BudgetView } from '../../bindings/types';
import { dollars } from '../../lib/format';
import { budgetTexts } from './texts';

/** What a budget can be for. */
export type ScopeKind = 'workspace' | 'provider' | 'model' | 'prompt';

/** What a budget is for, in words. */
export function scopeName({ scope, promptName }: Pick<BudgetView, 'scope' | 'promptName'>): string {
  const [kind, rest] = split(scope);
  switch (kind) {
    case 'provider':
    case 'model':
      return rest;
    case 'prompt':
      return budgetTexts.prompt(promptName ?? rest);
    default:
      return budgetTexts.workspace;
  }
}

function split(scope: string): readonly [string, string] {
  const at = scope.indexOf(':');
  return at < 0 ? [scope, ''] : [scope.slice(0, at), scope.slice(at + 1)];
}

/** The shares of a cap that are spent and under way, each at most what is left of the whole. */
export function shares(budget: Pick<BudgetView, 'capUsd' | 'settledUsd' | 'reservedUsd'>): {
  readonly settled: number;
  readonly reserved: number;
} {
  const [cap, spent, held] = [budget.capUsd, budget.settledUsd, budget.reservedUsd].map(Number) as [
    number,
    number,
    number,
  ];
  if (cap === 0) return { settled: spent + held > 0 ? 1 : 0, reserved: 0 };
  const settled = Math.min(1, spent / cap);
  return { settled, reserved: Math.min(1 - settled, held / cap) };
}

/** How far a budget is used: nearly from 80 % on. */
export function level(budget: Pick<BudgetView, 'capUsd' | 'settledUsd'>): 'fine' | 'near' | 'over' {
  const [cap, spent] = [Number(budget.capUsd), Number(budget.settledUsd)];
  if (spent > 0 && spent >= cap) return 'over';
  return spent > 0 && spent >= cap * 0.8 ? 'near' : 'fine';
}

/** How much of a budget is spent, in words. */
export function usedText({ settledUsd, capUsd }: Pick<BudgetView, 'settledUsd' | 'capUsd'>): string {
  return budgetTexts.used(dollars(settledUsd), dollars(capUsd));
}

/** An amount as it is typed, as the host takes it: nothing where it is none. */
export function toAmount(typed: string): string | null {
  const text = typed.trim().replace(/^\$/, '').replace(',', '.');
  if (!/^\d+(\.\d{1,9})?$/.test(text)) return /^\.\d{1,9}$/.test(text) ? `0${text}` : null;
  return text.replace(/^0+(?=\d)/, '');
}
