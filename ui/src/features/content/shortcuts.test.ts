import { expect, it } from 'vitest';
import { contentShortcuts, isPressed, type KeyPress, shortcutOf } from './shortcuts';

const press = (part: Partial<KeyPress>): KeyPress => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...part,
});

it('Mod is Ctrl, and Cmd on a Mac', () => {
  const enter = { key: 'Enter', altKey: true };
  expect(isPressed(press({ ...enter, ctrlKey: true }), 'Mod-Alt-Enter', false)).toBe(true);
  expect(isPressed(press({ ...enter, metaKey: true }), 'Mod-Alt-Enter', false)).toBe(false);
  expect(isPressed(press({ ...enter, metaKey: true }), 'Mod-Alt-Enter', true)).toBe(true);
});

it('a letter counts whatever Alt makes of it', () => {
  const event = press({ key: 'Î', code: 'KeyD', altKey: true, shiftKey: true });
  expect(shortcutOf(event, 'message', true)).toBe('duplicate');
  expect(shortcutOf({ ...event, ctrlKey: true }, 'message', true)).toBe(null);
  expect(shortcutOf(event, 'editor', true)).toBe(null);
});

it('no keys do two things', () => {
  const keys = contentShortcuts.flatMap((shortcut) => shortcut.keys);
  expect(new Set(keys).size).toBe(keys.length);
});
