import { expect, it } from 'vitest';
import { formatJson, parseJson } from './json';

it('valid JSON gives its value', () => {
  expect(parseJson('{"a": [1, null]}')).toEqual({ ok: true, value: { a: [1, null] } });
});

it.each([
  ['{"a": 1,\n  "b" 2}', 2, 7],
  ['{"a": 1', 1, 8],
  ['', 1, 1],
  ['[1, x]', 1, 5],
])('%j is no JSON from a place on', (text, line, column) => {
  expect(parseJson(text)).toMatchObject({ ok: false, line, column });
});

it('no value is an empty text', () => {
  expect(formatJson(undefined)).toBe('');
  expect(formatJson(null)).toBe('null');
});
