import { type Hostile, HostileServer, complaints, corpus, inspect, tripwires } from '../support/hostile';
import { expect, test } from '../support/window-test';
import type { Session } from './webdriver';

/** So many answers stand beside each other in a run. */
const BESIDE = 24;

type Found = ReturnType<typeof inspect>;

const invoke = <T>(session: Session, command: string, request: object): Promise<T> =>
  session.run('return window.__TAURI_INTERNALS__.invoke(args[0], { request: args[1] })', command, request);

/** Has a model answer with each of the cases, opens the run while they stream, and waits for their ends. */
async function answers(session: Session, cases: readonly Hostile[], from: number): Promise<void> {
  const models = cases.map((_, at) => ({ model: `hostile:case-${from + at}` }));
  const request = { prompt: 'summarise', models, inputs: { text: 'x' } };
  const { run } = await invoke<{ run: { id: string } }>(session, 'run_create', request);
  await session.run('history.pushState(null, "", args[0])', `/runs/${run.id}`);
  await session.until('the end of all answers', async () => {
    const ended = await session.run<boolean>(
      `return document.querySelectorAll('article').length === args[0] &&
         document.querySelector('[data-scroller][aria-busy=true]') === null`,
      cases.length,
    );
    return ended ? true : undefined;
  });
}

/** Shows all answers in another way. */
async function show(session: Session, view: string, label: string): Promise<void> {
  await session.run(
    `const all = [...document.querySelectorAll('[role=radiogroup][aria-label="How all answers are shown"] label')];
     all.find((one) => one.textContent === args[0]).click();`,
    label,
  );
  await session.until(`the answers as ${label}`, async () => {
    // What reads Markdown is loaded when it is first needed; what is no JSON is told so in a note.
    const isShown = `const [view] = args;
      const shown = document.querySelector('[data-answer="' + view + '"]');
      const others = document.querySelector('[data-answer]:not([data-answer="' + view + '"])');
      return others === null && (view === 'json' || shown !== null)`;
    return (await session.run<boolean>(isShown, view)) ? true : undefined;
  });
}

test('no answer gets out of its column in the window either', async ({ open }) => {
  const { session } = await open();
  await session.find(`//h1[.='code-review']`);
  const cases = [...corpus.values()].flat();
  const server = await HostileServer.start(cases);
  try {
    const request = { name: 'hostile', kind: 'openai-chat', baseUrl: server.baseUrl };
    await invoke(session, 'provider_create', request);
    await session.run(`(${tripwires.toString()})()`);
    for (let from = 0; from < cases.length; from += BESIDE) {
      const some = cases.slice(from, from + BESIDE);
      await answers(session, some, from);
      for (const [view, label] of [
        ['markdown', 'Markdown'],
        ['raw', 'Raw'],
        ['json', 'JSON'],
      ] as const) {
        await show(session, view, label);
        const { inspections, tripped } = await session.run<Found>(`return (${inspect.toString()})()`);
        expect.soft(complaints(some, inspections, view)).toEqual([]);
        expect.soft(tripped, `from ${some[0]?.title ?? ''}, ${view}`).toEqual([]);
      }
    }
    expect(await session.url()).toMatch(/^tauri:\/\/localhost\//);
    expect(await session.windows()).toHaveLength(1);
  } finally {
    server.stop();
  }
});
