import { describe, expect, it } from 'vitest';
import type { Run } from '../../bindings/types';
import { withHead, withRun } from './fresh';

const run = (id: string, status: Run['status'] = 'running') => ({ id, status }) as Run;
const list = (...pages: Run[][]) => ({
  pages: pages.map((items) => ({ items, next: null })),
  pageParams: pages.map(() => null),
});
const ids = (known: ReturnType<typeof list> | null) =>
  known?.pages.map(({ items }) => items.map(({ id, status }) => `${id} ${status}`));

describe('a list of runs that have moved on', () => {
  const known = list([run('c'), run('b')], [run('a')]);

  it('has the run as it is now, in its place', () => {
    const changed = withRun(known, {}, run('a', 'completed'));
    expect(ids(changed as never)).toEqual([['c running', 'b running'], ['a completed']]);
    expect(withRun(known, {}, run('d'))).toBeNull();
  });

  it('has it no longer where it does not fit any more', () => {
    const changed = withRun(known, { status: 'running' }, run('b', 'completed'));
    expect(ids(changed as never)).toEqual([['c running'], ['a running']]);
  });

  it('begins with what is new, and is read again where something may be missing', () => {
    const changed = withHead(known, [run('e'), run('d'), run('c')]);
    expect(ids(changed as never)?.[0]).toEqual(['e running', 'd running', 'c running', 'b running']);
    expect(withHead(known, [run('z'), run('y')])).toBeNull();
  });
});
