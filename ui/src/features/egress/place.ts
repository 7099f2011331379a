import type { Egress, KeyRef } from '../../bindings/types';
import { egressTexts } from './texts';

/** A place as people write it: without the port where it is the usual one. */
export function placeName(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).origin : origin;
}

/** Where the key that went along is found; never the key. */
export function keyName(key: KeyRef | null): string {
  if (key === null) return egressTexts.key.none;
  return key.kind === 'env' ? key.name : egressTexts.key[key.kind];
}

/** What came back: a status, nothing, or nothing yet. */
export function statusOf({ httpStatus, endedAt }: Egress): string {
  if (httpStatus !== null) return String(httpStatus);
  return endedAt === null ? egressTexts.underWay : egressTexts.noAnswer;
}
