import { expect, it } from 'vitest';
import { Turns } from './turns';

/** Turns whose frames come when they are told to. */
function paced() {
  let next: (() => void) | null = null;
  const turns = new Turns((then) => (next = then));
  const frame = () => {
    const now = next;
    next = null;
    now?.();
  };
  return { turns, frame };
}

it('gives each a frame of its own, in order', () => {
  const { turns, frame } = paced();
  const done: string[] = [];
  turns.take(() => done.push('first'));
  turns.take(() => done.push('second'));
  frame();
  expect(done).toEqual(['first']);
  frame();
  expect(done).toEqual(['first', 'second']);
});

it('does nothing for those that have left, and goes on with the others', () => {
  const { turns, frame } = paced();
  const done: string[] = [];
  const leave = turns.take(() => done.push('first'));
  turns.take(() => done.push('second'));
  leave();
  frame();
  expect(done).toEqual(['second']);
});

it('goes on after one that fails', () => {
  const { turns, frame } = paced();
  const done: string[] = [];
  turns.take(() => {
    throw new Error('no');
  });
  turns.take(() => done.push('second'));
  expect(frame).toThrow('no');
  frame();
  expect(done).toEqual(['second']);
});
