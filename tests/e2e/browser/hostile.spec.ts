import type { Page } from '@playwright/test';
import { expect, test } from '../support/browser-test';
import type { Api } from '../support/host';
import { type Hostile, HostileServer, complaints, corpus, inspect, tripwires } from '../support/hostile';

/** So many answers stand beside each other in a run. */
const BESIDE = 24;

const VIEWS = ['markdown', 'raw', 'json'] as const;

/** Has a model answer with each of the cases, and opens the run while they stream. */
async function answers(app: Page, api: Api, cases: readonly Hostile[], from: number): Promise<void> {
  const models = cases.map((_, at) => ({ model: `hostile:case-${from + at}` }));
  const { run } = await api.runCreate({ prompt: 'summarise', models, inputs: { text: 'x' } });
  await app.evaluate((path) => {
    history.pushState(null, '', path);
  }, `/runs/${run.id}`);
  await expect(app.locator('article')).toHaveCount(cases.length);
  await expect.poll(async () => (await api.runGet({ id: run.id })).run.status).toBe('completed');
  // Some of them take a slow machine long to draw.
  await expect(app.locator('[data-scroller][aria-busy=true]')).toHaveCount(0, { timeout: 150_000 });
}

/** Everything that the page does beyond its own place. */
function watch(app: Page, origin: string): string[] {
  const outside: string[] = [];
  app.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) outside.push(`asked for ${url}`);
  });
  app.on('dialog', (dialog) => {
    outside.push(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  app.on('popup', (popup) => outside.push(`opened ${popup.url()}`));
  app.on('download', (download) => outside.push(`downloaded ${download.url()}`));
  app.on('framenavigated', (frame) => {
    if (!frame.url().startsWith(origin)) outside.push(`went to ${frame.url()}`);
  });
  return outside;
}

const kinds = [...corpus.keys()];
const parts = [0, 1, 2].map((part) => kinds.filter((_, at) => at % 3 === part));

test('there are enough of them', () => {
  const all = [...corpus.values()].flat();
  expect(all.length).toBeGreaterThan(200);
  expect(new Set(all.map(({ text }) => text)).size).toBeGreaterThan(200);
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
});

for (const part of parts) {
  test(`no answer gets out of its column: ${part.join(', ')}`, async ({ app, api, host }) => {
    test.slow();
    const cases = part.flatMap((kind) => corpus.get(kind) ?? []);
    const server = await HostileServer.start(cases);
    try {
      await api.providerCreate({ name: 'hostile', kind: 'openai-chat', baseUrl: server.baseUrl });
      await app.evaluate(tripwires);
      const outside = watch(app, host.origin);
      for (let from = 0; from < cases.length; from += BESIDE) {
        const some = cases.slice(from, from + BESIDE);
        await answers(app, api, some, from);
        for (const view of VIEWS) {
          const all = app.getByRole('radiogroup', { name: 'How all answers are shown' });
          await all
            .locator(`label:has-text("${{ markdown: 'Markdown', raw: 'Raw', json: 'JSON' }[view]}")`)
            .click();
          await expect(app.locator(`article:has([data-answer]:not([data-answer=${view}]))`)).toHaveCount(0);
          const { inspections, tripped } = await app.evaluate(inspect);
          expect.soft(complaints(some, inspections, view)).toEqual([]);
          expect.soft([...tripped, ...outside], `from ${some[0]?.title ?? ''}, ${view}`).toEqual([]);
        }
      }
    } finally {
      server.stop();
    }
  });
}
