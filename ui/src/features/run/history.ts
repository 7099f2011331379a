import type { ListRuns, RunStatus } from '../../bindings/types';

/** The states that runs can be filtered by. */
export const STATUSES: readonly RunStatus[] = ['pending', 'running', 'paused', 'completed', 'cancelled'];

/** Days up to now that can be chosen at once; `custom` is given by its days. */
export const PERIODS = { today: 1, week: 7, month: 30 } as const;
export type Period = keyof typeof PERIODS;

/** The filters of the history as they stand in the address, so that back, forward and links keep them. */
export interface RunSearch {
  prompt?: string | undefined;
  model?: string | undefined;
  status?: RunStatus | undefined;
  /** Only runs of which an execution failed. */
  failing?: true | undefined;
  period?: Period | undefined;
  /** Days of the reader's calendar, as `2026-11-25`; both count. */
  from?: string | undefined;
  to?: string | undefined;
  text?: string | undefined;
}

/** The filters in an address, which anybody may have written. */
export function readSearch(raw: Record<string, unknown>): RunSearch {
  const word = (name: keyof RunSearch) => {
    const value = raw[name];
    // A number in an address is not quoted, and is a word all the same.
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const search: RunSearch = {};
  for (const name of ['prompt', 'model', 'text'] as const) {
    if (word(name) !== '') search[name] = word(name);
  }
  for (const name of ['from', 'to'] as const) {
    if (dayStart(word(name)) !== null) search[name] = word(name);
  }
  const status = STATUSES.find((known) => known === word('status'));
  if (status !== undefined) search.status = status;
  if (raw['failing'] === true) search.failing = true;
  const period = (Object.keys(PERIODS) as Period[]).find((known) => known === word('period'));
  if (period !== undefined) search.period = period;
  return search;
}

/** The execution that an address opens beside its run. */
export function readExecutionSearch({ execution }: Record<string, unknown>): { execution?: string } {
  return typeof execution === 'string' ? { execution } : {};
}

/** The filter that the host is asked with. The days of a period end with the one that is now. */
export function filterOf({ period, from, to, ...rest }: RunSearch, now = new Date()): ListRuns {
  const filter: ListRuns = { ...rest };
  const first = period === undefined ? dayStart(from ?? '') : midnight(now, 1 - PERIODS[period]);
  const last = dayStart(to ?? '');
  if (first !== null) filter.from = first.toISOString();
  if (period === undefined && last !== null) filter.to = midnight(last, 1).toISOString();
  return filter;
}

/** Whether anything is filtered. */
export function isFiltered(search: RunSearch): boolean {
  return Object.values(search).some((value) => value !== undefined);
}

function midnight(date: Date, days: number): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

function dayStart(day: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const date = new Date(`${day}T00:00:00`);
  return Number.isNaN(date.getTime()) ? null : date;
}
