import type { AuditOrigin, ListAudit } from '../../bindings/types';
import { filterOf, readSearch, type RunSearch } from '../run/history';

/** The kinds of records that the trail tells of, by the first part of its actions. */
export const KINDS = [
  'prompt',
  'version',
  'input_set',
  'rating',
  'preference',
  'run',
  'execution',
  'provider',
  'provider_key',
  'model',
  'budget',
  'setting',
  'config',
  'api_key',
  'vault',
] as const;
export type Kind = (typeof KINDS)[number];

/** From where something can be done. */
export const ORIGINS: readonly AuditOrigin[] = ['window', 'browser', 'cli', 'api', 'file', 'sync', 'engine'];

/** What the trail is narrowed by, as it stands in the address. */
export interface AuditSearch extends Pick<RunSearch, 'period' | 'from' | 'to'> {
  kind?: Kind | undefined;
  actor?: string | undefined;
  origin?: AuditOrigin | undefined;
  /** An id or a name. */
  record?: string | undefined;
}

/** The filters in an address, which anybody may have written. */
export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const { period, from, to } = readSearch(raw);
  const search: AuditSearch = {};
  if (period !== undefined) search.period = period;
  if (from !== undefined) search.from = from;
  if (to !== undefined) search.to = to;
  const kind = KINDS.find((known) => known === raw['kind']);
  if (kind !== undefined) search.kind = kind;
  const origin = ORIGINS.find((known) => known === raw['origin']);
  if (origin !== undefined) search.origin = origin;
  for (const name of ['actor', 'record'] as const) {
    const value = raw[name];
    if (typeof value === 'string' && value !== '') search[name] = value;
  }
  return search;
}

/** The filter that the host is asked with. */
export function auditFilter({ kind, period, from, to, ...rest }: AuditSearch): ListAudit {
  const days = filterOf({ period, from, to });
  return { ...rest, action: kind ?? null, from: days.from ?? null, to: days.to ?? null };
}

/** Whether anything is filtered. */
export function isFiltered(search: AuditSearch): boolean {
  return Object.values(search).some((value) => value !== undefined);
}
