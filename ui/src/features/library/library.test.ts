import { describe, expect, it } from 'vitest';
import { filterOf, isFiltered, isTaken, readListSearch, readSaved } from './filters';
import { all, extended, NONE, toggled } from './selection';

describe('the filter of the list in the address', () => {
  it('is read as far as it means something', () => {
    expect(readListSearch({ find: ' ', tag: 7, label: 'production', show: 'archived', more: 1 })).toEqual({
      tag: '7',
      label: 'production',
      show: 'archived',
    });
    expect(readListSearch({ find: 'a b', show: 'nowhere', tag: null })).toEqual({ find: 'a b' });
    expect(readListSearch({ show: 'current' })).toEqual({});
    expect([isFiltered({}), isFiltered({ find: undefined }), isFiltered({ tag: 'x' })]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('is asked of the host', () => {
    expect(filterOf({})).toEqual({ search: '', tag: null, label: null });
    expect(filterOf({ find: 'x', show: 'published' })).toMatchObject({ search: 'x', status: 'published' });
    expect(filterOf({ show: 'deleted', label: 'a' })).toMatchObject({ deleted: true, label: 'a' });
  });

  it('is saved under a name that no other has', () => {
    const saved = readSaved([
      { name: 'Mail', search: { tag: 'mail', find: 3 } },
      { name: '' },
      4,
      { name: 'x' },
    ]);
    expect(saved).toEqual([{ name: 'Mail', search: { tag: 'mail', find: '3' } }]);
    expect(readSaved('nothing')).toEqual([]);
    expect([isTaken(saved, ' mAIL '), isTaken(saved, 'Post')]).toEqual([true, false]);
  });
});

describe('what is selected', () => {
  const items = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));
  const ids = (selection: { ids: ReadonlySet<string> }) => [...selection.ids].sort().join('');

  it('is chosen one by one, and from one to another', () => {
    const one = toggled(NONE, items, 1);
    expect(ids(one)).toBe('b');
    expect(ids(extended(one, items, 3))).toBe('bcd');
    expect(ids(extended(extended(one, items, 3), items, 0))).toBe('abcd');
    expect(ids(toggled(extended(one, items, 3), items, 2))).toBe('bd');
    expect(ids(toggled(one, items, 1))).toBe('');
    expect(ids(toggled(one, items, 99))).toBe('b');
    expect(ids(all(items))).toBe('abcde');
  });
});
