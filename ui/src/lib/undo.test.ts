import { describe, expect, it, vi } from 'vitest';
import { type Undoable, UndoStack } from './undo';

const act = (message: string, undo: () => Promise<unknown> = () => Promise.resolve()): Undoable => ({
  message,
  undo: vi.fn(undo),
  dismiss: vi.fn(),
});

describe('the acts that can be undone', () => {
  it('are undone newest first, and each offer goes with its act', async () => {
    const stack = new UndoStack();
    const [first, second] = [act('first'), act('second')];
    stack.push(first);
    stack.push(second);
    expect(await stack.undo()).toBe(second);
    expect(second.dismiss).toHaveBeenCalledOnce();
    expect(first.undo).not.toHaveBeenCalled();
    expect(await stack.undo()).toBe(first);
    expect(await stack.undo()).toBeNull();
    expect(stack.isEmpty).toBe(true);
  });

  it('can be undone out of order by their offers, once', async () => {
    const stack = new UndoStack();
    const [first, second] = [act('first'), act('second')];
    stack.push(first);
    stack.push(second);
    await Promise.all([stack.undo(first), stack.undo(first)]);
    expect(first.undo).toHaveBeenCalledOnce();
    expect(await stack.undo()).toBe(second);
  });

  it('are forgotten, with their offers, where they were undone in another way', async () => {
    const stack = new UndoStack();
    const [first, second] = [act('first'), act('second')];
    stack.push(first);
    stack.push(second);
    stack.forget(second);
    stack.forget(second);
    expect(second.dismiss).toHaveBeenCalledOnce();
    expect(second.undo).not.toHaveBeenCalled();
    expect(await stack.undo()).toBe(first);
  });

  it('tell why one could not be undone, and do not try it again', async () => {
    const stack = new UndoStack();
    stack.push(act('deleted', () => Promise.reject(new Error('the name is taken'))));
    await expect(stack.undo()).rejects.toThrow('the name is taken');
    expect(await stack.undo()).toBeNull();
  });

  it('are forgotten when they are too many', async () => {
    const stack = new UndoStack();
    const oldest = act('oldest');
    stack.push(oldest);
    for (let at = 0; at < 20; at += 1) stack.push(act(String(at)));
    expect(await stack.undo(oldest)).toBeNull();
    expect(oldest.undo).not.toHaveBeenCalled();
  });
});
