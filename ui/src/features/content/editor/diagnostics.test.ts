import { Text } from '@codemirror/state';
import { expect, it } from 'vitest';
import { offsetOf } from './diagnostics';

it.each([
  [1, 1, 0],
  [1, 3, 3],
  [2, 2, 6],
  [2, 99, 7],
  [9, 1, 7],
])('line %i, column %i counts characters, and stays in the text', (line, column, offset) => {
  expect(offsetOf(Text.of(['a😀b', 'cd']), line, column)).toBe(offset);
});
