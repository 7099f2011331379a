import { expect, test } from 'vitest';
import type { LogEntry } from '../../bindings/types';
import { answerBegan, headersOf, metadataList } from './log';

const entry = (attempt: number | null, metadata: LogEntry['metadata']): LogEntry => ({
  at: '2026-01-01T00:00:00Z',
  attempt,
  level: 'info',
  message: 'The provider answered',
  metadata,
});

test('what belongs to a step is named in words, and headers stand elsewhere', () => {
  const step = entry(1, { httpStatus: 200, waitMs: 1500, headers: { server: 'x' }, requestId: 'r-1' });
  expect(metadataList(step)).toEqual([
    ['HTTP status', '200'],
    ['wait', '1.50 s'],
    ['request id', 'r-1'],
  ]);
});

test('each attempt has the headers of its own answer', () => {
  const entries = [
    entry(null, {}),
    entry(1, { headers: { server: 'one' } }),
    entry(2, {}),
    entry(2, { headers: { 'retry-after': '7' } }),
  ];
  expect(headersOf(entries, 1)).toEqual([['server', 'one']]);
  expect(headersOf(entries, 2)).toEqual([['retry-after', '7']]);
  expect(headersOf(entries, 3)).toEqual([]);
});

test('the newest answer began when its log says so', () => {
  const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
  const began = (attempt: number, second: number) => ({
    ...entry(attempt, { afterMs: 412 }),
    at: at(second),
  });
  expect(answerBegan([entry(1, {})])).toBeNull();
  expect(answerBegan([began(1, 1), entry(1, {}), began(2, 4), entry(2, {})])).toBe(Date.parse(at(4)));
});
