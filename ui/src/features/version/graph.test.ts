import { expect, test } from 'vitest';
import { graphOf, widthOf } from './graph';

/** Versions as `child: parents`, newest first. */
const graph = (...lines: string[]) =>
  graphOf(
    lines.map((line) => {
      const [id = '', parents = ''] = line.split(':');
      return { id, parents: parents.split(' ').filter((parent) => parent !== '') };
    }),
  );

test('a history without branches is one lane', () => {
  const rows = graph('c:b', 'b:a', 'a:');
  expect(rows.map(({ lane }) => lane)).toEqual([0, 0, 0]);
  expect(rows[0]).toEqual({ lane: 0, above: [], below: [0], through: [] });
  expect(rows[2]).toEqual({ lane: 0, above: [0], below: [], through: [] });
});

test('a branch has a lane of its own until it meets the other', () => {
  // `d` is on one branch, `c` on another; both come from `b`.
  const rows = graph('d:b', 'c:b', 'b:a', 'a:');
  expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 0, 0]);
  expect(rows[1]).toEqual({ lane: 1, above: [], below: [0], through: [0] });
  expect(widthOf(rows)).toBe(2);
});

test('a merge begins two lines, and a lane that has ended is used again', () => {
  const rows = graph('m:c d', 'd:b', 'c:b', 'b:', 'x:a');
  expect(rows[0]).toEqual({ lane: 0, above: [], below: [0, 1], through: [] });
  expect(rows[1]).toEqual({ lane: 1, above: [1], below: [1], through: [0] });
  expect(rows[2]).toEqual({ lane: 0, above: [0], below: [1], through: [1] });
  expect(rows[3]).toEqual({ lane: 1, above: [1], below: [], through: [] });
  expect(rows[4]?.lane).toBe(0);
});

test('a line to what is not read yet goes on', () => {
  const rows = graph('c:b', 'x:w');
  expect(rows[1]).toEqual({ lane: 1, above: [], below: [1], through: [0] });
});

test('thousands of versions are laid out at once', () => {
  const nodes = Array.from(
    { length: 20_000 },
    (_, at) => `${at}:${at + 1}${at % 7 === 0 ? ` ${at + 5}` : ''}`,
  );
  const start = performance.now();
  const rows = graph(...nodes);
  expect(rows).toHaveLength(20_000);
  expect(widthOf(rows)).toBeLessThan(10);
  expect(performance.now() - start).toBeLessThan(1000);
});
