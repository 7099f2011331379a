import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ApiError, ContentReport, RenderedContent } from '../../bindings/types';
import { HostError } from '../../host/host';
import { Calm, REST_MS } from '../prompt/calm';
import type { Draft } from '../prompt/keeper';
import { checkAgain, Checked, LATE_MS, TRY_AGAIN_MS } from './checked';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Question {
  readonly text: string;
  readonly models: readonly string[];
  readonly answer: (used: string) => Promise<void>;
  readonly answerWith: (report: Partial<ContentReport>) => Promise<void>;
  readonly fail: (error: Partial<ApiError>) => Promise<void>;
}

/** Somebody who types, and a host that is asked and answers when the test says so. */
function typing() {
  let draft = draftOf('');
  const questions: Question[] = [];
  const calm = new Calm(() => draft);
  const checked = new Checked(calm, ({ content }, choices) => {
    const text = content.body.kind === 'text' ? content.body.template : '';
    return new Promise((resolve, reject) => {
      questions.push({
        text,
        models: choices.map(({ model }) => model),
        answer: async (used) => {
          resolve(reportOf(used));
          await vi.advanceTimersByTimeAsync(0);
        },
        answerWith: async (report) => {
          resolve({ ...reportOf(''), ...report });
          await vi.advanceTimersByTimeAsync(0);
        },
        fail: async (error) => {
          reject(new HostError({ code: 'unavailable', message: 'gone', ...error } as ApiError));
          await vi.advanceTimersByTimeAsync(0);
        },
      });
    });
  });
  const type = (text: string) => {
    draft = draftOf(text);
    calm.changed();
  };
  const rest = () => vi.advanceTimersByTimeAsync(REST_MS);
  const asked = () => questions.map(({ text }) => text);
  const question = (at: number) => questions[at] ?? expect.fail(`nothing was asked a ${at}th time`);
  return { checked, type, rest, asked, question };
}

function draftOf(template: string): Draft {
  const content = {
    body: { kind: 'text' as const, template },
    variables: [],
    settings: { parameters: {} },
    validations: [],
  };
  return { content, inputs: {}, branch: 'main', base: null };
}

function reportOf(used: string): ContentReport {
  return {
    diagnostics: [],
    usedVariables: [used],
    problems: [],
    lentVariables: [],
    partials: [],
    rendered: null,
    error: null,
  };
}

it('asks nothing for as long as nobody looks', async () => {
  const { checked, type, rest, asked } = typing();
  type('a');
  await rest();
  expect(asked()).toEqual([]);
  const leave = checked.subscribe(() => undefined);
  await rest();
  expect(asked()).toEqual(['a']);
  leave();
  type('ab');
  await rest();
  expect(asked()).toEqual(['a']);
});

it('asks one thing at a time, and of what was typed meanwhile only the newest', async () => {
  const { checked, type, rest, asked, question } = typing();
  checked.subscribe(() => undefined);
  await rest();
  for (const text of ['a', 'ab', 'abc']) {
    type(text);
    await rest();
  }
  expect(asked()).toEqual(['']);
  await question(0).answer('old');
  expect(asked()).toEqual(['', 'abc']);
  expect(checked.report()?.usedVariables).toEqual(['old']);
  await question(1).answer('new');
  expect(checked.report()?.usedVariables).toEqual(['new']);
  expect(asked()).toHaveLength(2);
});

it('asks for other models, and once more is known of them', async () => {
  const { checked, rest, question, asked } = typing();
  checked.subscribe(() => undefined);
  await rest();
  await question(0).answer('a');
  checked.countFor([{ model: 'acme:large' }]);
  await rest();
  expect(question(1).models).toEqual(['acme:large']);
  await question(1).answer('a');
  checkAgain();
  await rest();
  expect(question(2).models).toEqual(['acme:large']);
  await question(2).answer('a');
  await rest();
  expect(asked()).toHaveLength(3);
});

it('is late once what is on screen has waited for a while, however much of it was answered', async () => {
  const { checked, type, rest, question } = typing();
  let told = 0;
  checked.subscribe(() => (told += checked.isLate() ? 1 : 0));
  await rest();
  await question(0).answer('a');
  type('a');
  await vi.advanceTimersByTimeAsync(LATE_MS - 10);
  type('ab');
  await question(1).answer('a');
  expect([checked.isLate(), told]).toEqual([false, 0]);
  await vi.advanceTimersByTimeAsync(10);
  expect(checked.isLate()).toBe(true);
  expect(told).toBeGreaterThan(0);
  await rest();
  await question(2).answer('ab');
  expect(checked.isLate()).toBe(false);
});

it('is late where the first answer is', async () => {
  const { checked, question } = typing();
  const leave = checked.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(LATE_MS);
  expect(checked.isLate()).toBe(true);
  leave();
  await question(0).answer('a');
  checked.subscribe(() => undefined);
  expect([checked.isLate(), checked.report()?.usedVariables]).toEqual([false, ['a']]);
});

it('keeps what it knew of a host that does not answer, and asks again after a while', async () => {
  const { checked, rest, question, asked } = typing();
  checked.subscribe(() => undefined);
  await rest();
  await question(0).answer('a');
  checkAgain();
  await rest();
  await question(1).fail({ retryable: true });
  expect(checked.report()?.usedVariables).toEqual(['a']);
  expect(checked.failure()?.message).toBe('gone');
  await rest();
  expect(asked()).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(TRY_AGAIN_MS);
  await question(2).answer('b');
  expect(checked.failure()).toBeNull();
  expect(checked.report()?.usedVariables).toEqual(['b']);
});

it('does not repeat a question that the host will never answer', async () => {
  const { checked, rest, question, asked } = typing();
  checked.subscribe(() => undefined);
  await rest();
  await question(0).fail({ retryable: false });
  await vi.advanceTimersByTimeAsync(TRY_AGAIN_MS * 2);
  expect(asked()).toHaveLength(1);
});

it('leaves what is as it was the very same, so that nothing is drawn again', async () => {
  const { checked, rest, question } = typing();
  checked.subscribe(() => undefined);
  await rest();
  await question(0).answer('a');
  const before = checked.report();
  checkAgain();
  await rest();
  await question(1).answer('a');
  expect(checked.report()).toBe(before);
});

it('holds on to what the work gave while a mistake is in it', async () => {
  const { checked, type, rest, question } = typing();
  const given: RenderedContent = { messages: [], diagnostics: [], estimates: [] };
  checked.subscribe(() => undefined);
  await rest();
  expect([checked.rendered(), checked.isOld()]).toEqual([null, false]);
  await question(0).answerWith({ rendered: given });
  expect([checked.rendered(), checked.isOld()]).toEqual([given, false]);
  type('{{#if');
  await rest();
  await rest();
  await question(1).answerWith({ rendered: null });
  expect([checked.rendered(), checked.isOld()]).toEqual([given, true]);
});
