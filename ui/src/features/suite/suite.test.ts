import { expect, test } from 'vitest';
import type { Case, Execution, GridRow, Variable } from '../../bindings/types';
import {
  strayInputs,
  typedExpected,
  typedInput,
  typedTags,
  variablesOf,
  withExpected,
  withValue,
} from './cases';
import { bars, CHART, picture } from './chart';
import { choiceOf, type Wanted } from './choice';
import { interval, passRateOf, shownOf, verdictOf } from './figures';
import { readGridSearch, readSuiteSearch } from './search';
import { withCells } from './told';
import { gridStep } from './useGridPlace';

function execution(part: Partial<Execution>): Execution {
  const metrics = { latencyMs: null, costUsd: null };
  return { status: 'completed', validationStatus: 'passed', metrics, ...part } as Execution;
}

test('what is typed for a variable is of its type, and text where it does not fit', () => {
  expect(typedInput('string', '12')).toBe('12');
  expect(typedInput('number', '12')).toBe(12);
  expect(typedInput('array', '["a"]')).toEqual(['a']);
  expect(typedInput('number', 'twelve')).toBe('twelve');
  expect(typedInput('number', '')).toBeUndefined();
});

test('an expected answer is JSON only where it looks like an object or a list', () => {
  expect(typedExpected('12')).toBe('12');
  expect(typedExpected('{"a": 1}')).toEqual({ a: 1 });
  expect(typedExpected('{a')).toBe('{a');
  expect(withExpected({ position: 0, inputs: {}, expected: 'x' }, typedExpected(''))).toEqual({
    position: 0,
    inputs: {},
  });
});

test('tags are the words between commas, each once', () => {
  expect(typedTags(' a, b,,a ')).toEqual(['a', 'b']);
});

test('the columns of the cases are the variables of all prompts, and what cases have beside them', () => {
  const named = (name: string): Variable => ({ name, type: 'string', required: true });
  const asked = variablesOf([
    [named('a'), named('b')],
    [named('b'), named('c')],
  ]);
  expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  const own: Case = withValue({ position: 0, inputs: { a: 1 } }, 'old', 'x');
  expect(strayInputs([own], asked)).toEqual(['old']);
  expect(withValue(own, 'old', undefined).inputs).toEqual({ a: 1 });
});

test('cases are counted from 1 by people and from 0 by the host', () => {
  const wanted: Wanted = {
    way: 'range',
    from: 2,
    to: 5,
    tag: ' ',
    sample: 3,
    repeats: 1,
    cap: null,
    replay: 'off',
    stopWhenDecided: false,
  };
  expect(choiceOf(wanted, null)).toEqual({ from: 1, to: 5 });
  expect(choiceOf({ ...wanted, way: 'tag' }, null)).toBeNull();
  expect(choiceOf({ ...wanted, way: 'failing' }, null)).toBeNull();
  expect(choiceOf({ ...wanted, way: 'failing' }, 'run_1')).toEqual({ failingIn: 'run_1' });
});

test('a cell says whether its answer holds, and of its repeats shows the one that went worst', () => {
  const fine = execution({ repeat: 0 });
  const broken = execution({ repeat: 1, validationStatus: 'failed' });
  expect(verdictOf(fine)).toBe('pass');
  expect(verdictOf(broken)).toBe('fail');
  expect(verdictOf(execution({ validationStatus: 'skipped' }))).toBe('unchecked');
  expect(verdictOf(execution({ status: 'failed', validationStatus: 'pending' }))).toBe('failed');
  expect(shownOf([fine, broken], null)).toBe(broken);
  expect(shownOf([fine, broken], 0)).toBe(fine);
});

test('of what was checked some share passes, and of nothing none', () => {
  const cells = { ended: 9, checked: 4, passed: 3, score: null, costUsd: '0', latency: null, failures: [] };
  expect(passRateOf(cells)).toBe(0.75);
  expect(passRateOf({ ...cells, checked: 0, passed: 0 })).toBeNull();
});

test('the interval of a share is the one of Wilson, and never beyond all or nothing', () => {
  const [low, high] = interval(8, 10);
  expect(low).toBeCloseTo(0.4902, 3);
  expect(high).toBeCloseTo(0.9433, 3);
  expect(interval(0, 5)[0]).toBe(0);
  expect(interval(5, 5)[1]).toBe(1);
  expect(interval(0, 0)).toEqual([0, 1]);
});

test('an address says how a grid is shown, and what it does not know is left out', () => {
  expect(readGridSearch({ mark: 'failing', sort: 'cost', descending: true, execution: 'exe_1' })).toEqual({
    mark: 'failing',
    sort: 'cost',
    descending: true,
    execution: 'exe_1',
  });
  expect(readGridSearch({ metric: 'tone', sort: 'cost' })).toEqual({ metric: 'tone' });
  expect(readGridSearch({ mark: 'odd', metric: 7, sort: 'case', descending: 'yes' })).toEqual({});
  expect(readSuiteSearch({ tab: 'runs' })).toEqual({ tab: 'runs' });
  expect(readSuiteSearch({ tab: 'edit' })).toEqual({});
});

test('what is told of an execution changes its row alone', () => {
  const rowOf = (position: number): GridRow => ({
    case: { position, inputs: {} },
    cells: [execution({ id: `exe_${position}`, case: position, variant: 0, repeat: 0, status: 'running' })],
    ratings: [],
  });
  const known = { pages: [{ items: [rowOf(0), rowOf(1)] }, { items: [rowOf(2)] }], pageParams: [null, 'x'] };
  const now = execution({ id: 'exe_1', case: 1, variant: 0, repeat: 0, generation: 0 });
  const next = withCells(known, new Map([[1, new Map([['exe_1', now]])]]));
  expect(next.pages[0]?.items[1]?.cells[0]).toBe(now);
  expect(next.pages[0]?.items[0]).toBe(known.pages[0]?.items[0]);
  expect(next.pages[1]).toBe(known.pages[1]);
});

test('keys go from cell to cell, and to the ends of rows and of the grid', () => {
  const size = { rows: 9, columns: 3, page: 4 };
  const from = { row: 5, column: 2 };
  const key = (key: string, ctrlKey = false) =>
    gridStep({ key, ctrlKey, metaKey: false, altKey: false }, from, size);
  expect(key('ArrowLeft')).toEqual({ row: 5, column: 1 });
  expect(key('PageUp')).toEqual({ row: 1, column: 2 });
  expect(key('End')).toEqual({ row: 5, column: 3 });
  expect(key('Home', true)).toEqual({ row: 0, column: 0 });
  expect(key('End', true)).toEqual({ row: 8, column: 3 });
  expect(key('ArrowUp', true)).toBeNull();
  expect(key('x')).toBeNull();
});

test('bars stand on the axis, and a picture has colours in place of their names', () => {
  const [half, none, nothing] = bars([0.5, null, 0], 1);
  expect(half?.height).toBe((CHART.bottom - CHART.top) / 2);
  expect((half?.y ?? 0) + (half?.height ?? 0)).toBe(CHART.bottom);
  expect(none).toBeNull();
  expect(nothing?.height).toBe(1);
  expect(picture('<svg fill="var(--line)"/>', () => '#123456')).toContain('<svg fill="#123456"/>');
});
