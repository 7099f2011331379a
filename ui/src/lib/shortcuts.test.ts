import { describe, expect, it } from 'vitest';
import { ariaKeys, isStroke, shown, type Stroke } from './shortcuts';

const stroke = (key: string, held: Partial<Stroke> = {}): Stroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('shortcuts', () => {
  it.each([
    ['mod+K', 'Ctrl K', '⌘ K'],
    ['mod+Enter', 'Ctrl ⏎', '⌘ ⏎'],
    ['mod+Shift+T', 'Ctrl Shift T', '⌘ ⇧ T'],
    ['Alt+ArrowLeft', 'Alt ←', '⌥ ←'],
    ['mod++', 'Ctrl +', '⌘ +'],
    ['mod+-', 'Ctrl -', '⌘ -'],
    ['Mod-Alt-Enter', 'Ctrl Alt ⏎', '⌘ ⌥ ⏎'],
    ['?', '?', '?'],
  ])('%s is shown as %s, and on a Mac as %s', (keys, elsewhere, mac) => {
    expect(shown(keys, false)).toBe(elsewhere);
    expect(shown(keys, true)).toBe(mac);
  });

  it('are told to assistive technology in its own words', () => {
    expect(ariaKeys('mod+Shift+T', false)).toBe('Control+Shift+T');
    expect(ariaKeys('mod+.', true)).toBe('Meta+.');
  });

  it('are the keys that are named and no others with them', () => {
    expect(isStroke(stroke('k', { ctrlKey: true }), 'mod+K', false)).toBe(true);
    expect(isStroke(stroke('K', { ctrlKey: true }), 'mod+K', false)).toBe(true);
    expect(isStroke(stroke('k', { metaKey: true }), 'mod+K', true)).toBe(true);
    expect(isStroke(stroke('k', { ctrlKey: true }), 'mod+K', true)).toBe(false);
    expect(isStroke(stroke('k', { ctrlKey: true, altKey: true }), 'mod+K', false)).toBe(false);
    expect(isStroke(stroke('K', { ctrlKey: true, shiftKey: true }), 'mod+K', false)).toBe(false);
    expect(isStroke(stroke('T', { ctrlKey: true, shiftKey: true }), 'mod+Shift+T', false)).toBe(true);
    expect(isStroke(stroke('k'), 'mod+K', false)).toBe(false);
  });

  it('find a sign whether it needs Shift on this keyboard or not', () => {
    expect(isStroke(stroke('?', { shiftKey: true }), '?', false)).toBe(true);
    expect(isStroke(stroke('?'), '?', false)).toBe(true);
    expect(isStroke(stroke('?', { ctrlKey: true }), '?', false)).toBe(false);
    expect(isStroke(stroke('+', { ctrlKey: true, shiftKey: true }), 'mod++', false)).toBe(true);
  });
});
