import { describe, expect, it } from 'vitest';
import { commonView, FIRST_VIEWS, toViews, viewOf, withView } from './views';

describe('views', () => {
  it('are all alike but for the models that are looked at in another way', () => {
    const views = withView({ all: 'raw', own: {} }, 'a:b', 'json');
    expect([viewOf(views, 'a:b'), viewOf(views, 'c:d'), viewOf(views, 'toString')]).toEqual([
      'json',
      'raw',
      'raw',
    ]);
    expect(commonView(views, ['a:b', 'c:d'])).toBeNull();
    expect(commonView(views, ['c:d', 'e:f'])).toBe('raw');
  });

  it.each([
    [null, FIRST_VIEWS],
    ['x', FIRST_VIEWS],
    [{ all: 'tree', own: 3 }, FIRST_VIEWS],
    [
      { all: 'json', own: { a: 'raw', b: 'no' } },
      { all: 'json', own: { a: 'raw' } },
    ],
  ])('are what can be made of %j', (remembered, views) => {
    expect(toViews(remembered)).toEqual(views);
  });
});
