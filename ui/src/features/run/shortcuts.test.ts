import { describe, expect, it } from 'vitest';
import { columnAction, columnShortcuts } from './shortcuts';

const none = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };

describe('columnAction', () => {
  it.each([
    [
      { code: 'Digit3', altKey: true },
      { kind: 'view', view: 'json' },
    ],
    [
      { code: 'Digit1', altKey: true, shiftKey: true },
      { kind: 'all', view: 'markdown' },
    ],
    [{ code: 'Enter', altKey: true }, { kind: 'solo' }],
    [{ code: 'Escape' }, { kind: 'everything' }],
    [{ code: 'Digit1' }, null],
    [{ code: 'Digit1', altKey: true, ctrlKey: true }, null],
    [{ code: 'Digit4', altKey: true }, null],
  ])('answers %j', (pressed, action) => {
    expect(columnAction({ ...none, ...pressed })).toEqual(action);
  });

  it('has no key twice, and no letter alone', () => {
    const keys = columnShortcuts.flatMap((shortcut) => shortcut.keys);
    expect(new Set(keys).size).toBe(keys.length);
    for (const shortcut of columnShortcuts) {
      expect(shortcut.keys.every((way) => way.includes('+')) || shortcut.code === 'Escape').toBe(true);
    }
  });
});
