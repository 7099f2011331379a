import type { LogEntry } from '../../bindings/types';
import { duration } from '../../lib/format';

/** What belongs to a step, for people; headers are shown with their attempt instead. */
export function metadataList({ metadata }: LogEntry): [string, string][] {
  return Object.entries(metadata)
    .filter(([name]) => name !== 'headers')
    .map(([name, value]): [string, string] => [nameOf(name), text(name, value)]);
}

/** The headers of an attempt's answer, as far as they are kept. */
export function headersOf(entries: readonly LogEntry[], attempt: number): [string, string][] {
  const found = entries.find((entry) => entry.attempt === attempt && entry.metadata.headers !== undefined);
  const headers: unknown = found?.metadata.headers;
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
}

/** When the newest answer began, in milliseconds of the clock; `null` where none has. */
export function answerBegan(entries: readonly LogEntry[]): number | null {
  const found = entries.findLast(({ metadata }) => metadata.afterMs !== undefined);
  return found === undefined ? null : Date.parse(found.at);
}

/** `requestId` as `request id`, `waitMs` as `wait`. */
function nameOf(name: string): string {
  return name
    .replace(/Ms$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^http/, 'HTTP');
}

function text(name: string, value: unknown): string {
  if (typeof value === 'number') return name.endsWith('Ms') ? duration(value) : String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
