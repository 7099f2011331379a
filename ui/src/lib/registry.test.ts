import { describe, expect, it, vi } from 'vitest';
import { type CommandId, commandTexts } from '../app/commands.texts';
import { CommandRegistry } from './registry';
import { shown } from './shortcuts';

const stroke = (key: string, held: Partial<KeyboardEvent> = {}) => {
  const event = {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    isComposing: false,
    target: null,
    defaultPrevented: false,
    ...held,
    preventDefault: vi.fn<() => void>(),
  };
  return event as unknown as KeyboardEvent;
};

describe('the commands', () => {
  it('are available while a screen gives them, and can be carried out', () => {
    const registry = new CommandRegistry('browser');
    const screen = Symbol('screen');
    const save = vi.fn<() => void>();
    registry.give(screen, { save, run: { act: vi.fn<() => void>(), isAvailable: false } });
    expect(registry.available()).toEqual(['save']);
    expect(registry.run('save')).toBe(true);
    expect(save).toHaveBeenCalledOnce();
    expect(registry.run('run')).toBe(false);
    registry.take(screen);
    expect(registry.available()).toEqual([]);
    expect(registry.run('save')).toBe(false);
  });

  it('belong to the screen that came last, and go back when it leaves', () => {
    const registry = new CommandRegistry('browser');
    const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const [below, above] = [Symbol('below'), Symbol('above')];
    registry.give(below, { stop: first });
    registry.give(above, { stop: second });
    registry.give(below, { stop: first });
    registry.run('stop');
    registry.take(above);
    registry.run('stop');
    expect([first, second].map((act) => act.mock.calls.length)).toEqual([1, 1]);
  });

  it('tell who listens only when what is available changes', () => {
    const registry = new CommandRegistry('browser');
    const listener = vi.fn<() => void>();
    registry.subscribe(listener);
    const screen = Symbol('screen');
    for (let drawn = 0; drawn < 3; drawn += 1) registry.give(screen, { save: vi.fn<() => void>() });
    expect(listener).toHaveBeenCalledOnce();
    registry.take(screen);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it.each(['desktop', 'browser'] as const)('have keys that mean one thing each in a %s', (host) => {
    const registry = new CommandRegistry(host);
    const keys = (Object.keys(commandTexts) as CommandId[]).flatMap((id) => registry.keysOf(id));
    expect(keys.length).toBeGreaterThan(5);
    expect(new Set(keys.map((key) => shown(key, false))).size).toBe(keys.length);
    // No letter alone: whoever speaks to their computer, or types beside a field, would set it off.
    expect(keys.filter((key) => /^(Shift\+)?[a-z]$/i.test(key))).toEqual([]);
  });
});

describe('a keystroke', () => {
  const world = () => {
    const registry = new CommandRegistry('browser');
    const [save, run] = [vi.fn<() => void>(), vi.fn<() => void>()];
    registry.give(Symbol('screen'), { save, run: { act: run, isAvailable: false } });
    return { registry, save, run };
  };

  it('carries out the command it stands for, and nothing else happens', () => {
    const { registry, save } = world();
    const event = stroke('s', { ctrlKey: true });
    expect(registry.takeKey(event)).toBe(true);
    expect(save).toHaveBeenCalledOnce();
  });

  it('of a command that cannot be carried out now is taken and does nothing', () => {
    const { registry, run } = world();
    expect(registry.takeKey(stroke('Enter', { ctrlKey: true }))).toBe(true);
    expect(run).not.toHaveBeenCalled();
  });

  it('that nobody here knows, or that the focus used, is left alone', () => {
    const { registry, save } = world();
    const unknown = stroke('.', { ctrlKey: true });
    expect(registry.takeKey(unknown)).toBe(false);
    expect(registry.takeKey(stroke('s', { ctrlKey: true, defaultPrevented: true }))).toBe(false);
    expect(registry.takeKey(stroke('s', { ctrlKey: true, isComposing: true }))).toBe(false);
    expect(save).not.toHaveBeenCalled();
  });
});
