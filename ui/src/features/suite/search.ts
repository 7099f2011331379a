import type { CaseMark, GridSort } from '../../bindings/types';
import { readExecutionSearch } from '../run/history';

/** The marks that a grid can be narrowed to, in the order they are offered. */
export const MARKS: readonly CaseMark[] = [
  'failing',
  'regressed',
  'improved',
  'different',
  'flaky',
  'rated',
  'unrated',
];
/** What a grid can be ordered by, in the order they are offered. */
export const SORTS: readonly GridSort[] = ['case', 'score', 'latency', 'cost'];

/** How a grid is shown, as it stands in the address of its run, with the execution that is open beside it. */
export interface GridSearch {
  execution?: string;
  mark?: CaseMark | undefined;
  sort?: GridSort | undefined;
  /** The named metric that it is ordered by, in place of `sort`. */
  metric?: string | undefined;
  descending?: true | undefined;
}

/** How a grid is shown, by an address which anybody may have written. */
export function readGridSearch(raw: Record<string, unknown>): GridSearch {
  const search: GridSearch = readExecutionSearch(raw);
  const mark = MARKS.find((known) => known === raw['mark']);
  if (mark !== undefined) search.mark = mark;
  const sort = SORTS.find((known) => known === raw['sort']);
  const metric = raw['metric'];
  if (typeof metric === 'string' && metric !== '') search.metric = metric;
  else if (sort !== undefined && sort !== 'case') search.sort = sort;
  if (raw['descending'] === true) search.descending = true;
  return search;
}

/** The parts of a suite's screen. */
export const TABS = ['edit', 'runs'] as const;
export type SuiteTab = (typeof TABS)[number];

/** The part of a suite's screen that an address names; what is edited where it names none. */
export function readSuiteSearch({ tab }: Record<string, unknown>): { tab?: 'runs' } {
  return tab === 'runs' ? { tab } : {};
}
