import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withoutSecrets } from './aside';
import { type Draft, KEEP_AFTER_MS, Keeper, TRY_AGAIN_MS } from './keeper';

const draft = (template: string): Draft => ({
  content: {
    body: { kind: 'text', template },
    variables: [],
    settings: { parameters: {} },
    validations: [],
  },
  inputs: {},
  branch: 'main',
  base: null,
});

const textOf = ({ content: { body } }: Draft) => (body.kind === 'text' ? body.template : '');

/** A host that takes work, and what became of it. */
function shelf() {
  const taken: string[] = [];
  const aside: (string | null)[] = [];
  const failures: unknown[] = [];
  let isDown = false;
  let answer: (() => void) | null = null;
  return {
    taken,
    aside,
    failures,
    goDown: (down: boolean) => (isDown = down),
    /** Answers the next time only when told to. */
    holdBack: () => (answer = () => undefined),
    letGo: () => answer?.(),
    save: (now: Draft) => {
      if (isDown) return Promise.reject(new Error('down'));
      taken.push(textOf(now));
      if (answer === null) return Promise.resolve();
      return new Promise<void>((resolve) => {
        answer = () => {
          answer = null;
          resolve();
        };
      });
    },
    putAside: (now: Draft) => void aside.push(textOf(now)),
    clear: () => void aside.push(null),
    onFailure: (error: unknown) => void failures.push(error),
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('work', () => {
  it('is kept while somebody types without a rest', async () => {
    const host = shelf();
    const keeper = new Keeper(host, draft(''));
    for (let letter = 1; letter <= 9; letter += 1) {
      keeper.change(draft('x'.repeat(letter)));
      await vi.advanceTimersByTimeAsync(KEEP_AFTER_MS / 4);
    }
    expect(host.taken).toEqual(['xxxx', 'xxxxxxxx']);
    await vi.advanceTimersByTimeAsync(KEEP_AFTER_MS);
    expect(host.taken.at(-1)).toBe('x'.repeat(9));
    expect(keeper.keeping).toBe('kept');
  });

  it('is tried again until the host takes it, and a copy lies aside until then', async () => {
    const host = shelf();
    const keeper = new Keeper(host, draft(''));
    host.goDown(true);
    keeper.change(draft('one'));
    await vi.advanceTimersByTimeAsync(KEEP_AFTER_MS);
    expect(keeper.keeping).toBe('failing');
    keeper.change(draft('two'));
    for (const wait of TRY_AGAIN_MS) await vi.advanceTimersByTimeAsync(wait);
    expect(host.failures).toHaveLength(1);
    expect(host.aside).toEqual(['one', 'two', 'two', 'two', 'two']);
    host.goDown(false);
    await vi.advanceTimersByTimeAsync(TRY_AGAIN_MS.at(-1) ?? 0);
    expect(host.taken).toEqual(['two']);
    expect(host.aside.at(-1)).toBe(null);
    expect(keeper.keeping).toBe('kept');
  });

  it('is never overtaken by what it was before', async () => {
    const host = shelf();
    const keeper = new Keeper(host, draft(''));
    host.holdBack();
    keeper.change(draft('one'));
    const first = keeper.keep();
    keeper.change(draft('two'));
    const second = keeper.keep();
    await vi.advanceTimersByTimeAsync(10);
    expect(host.taken).toEqual(['one']);
    host.letGo();
    await first;
    await second;
    expect(host.taken).toEqual(['one', 'two']);
  });
});

it('a copy in the browser has no values of sensitive variables', () => {
  const { content } = draft('{{key}} {{name}}');
  const variables = [
    { name: 'key', type: 'string' as const, required: true, sensitive: true },
    { name: 'name', type: 'string' as const, required: true },
  ];
  const work = {
    content: { ...content, variables },
    inputs: { key: 'secret', name: 'Ada' },
    branch: 'main',
    base: null,
  };
  expect(withoutSecrets(work).inputs).toEqual({ name: 'Ada' });
});
