import type { Api } from '../support/host';
import { expect, type Locator, type Page, test } from '../support/browser-test';
import { endless } from '../support/models';

/** The screen of health, gone to by the rail. */
async function openHealth(app: Page): Promise<Locator> {
  await app.getByRole('link', { name: 'Health', exact: true }).click();
  const screen = app.getByRole('region', { name: 'Health', exact: true });
  await expect(screen.getByRole('heading', { level: 1 })).toHaveText('Health');
  return screen;
}

function chart(screen: Locator, title: string): Locator {
  return screen.getByRole('figure', { name: title });
}

function models(screen: Locator): Locator {
  return screen.getByRole('region', { name: 'Models in use, or not well' }).getByRole('row');
}

async function start(api: Api, models: string[], repeats = 1) {
  const { run } = await api.runCreate({
    prompt: 'summarise',
    models: models.map((model) => ({ model })),
    inputs: { text: 'Something long.' },
    repeats,
  });
  return run.id;
}

/** How often the page has asked what goes on. */
function countAsked(app: Page): () => number {
  let asked = 0;
  app.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/figures') asked += 1;
  });
  return () => asked;
}

test('before anything has run it teaches the next step, and then follows what runs and waits', async ({
  app,
  api,
  scripted,
}) => {
  const screen = await openHealth(app);
  await expect(screen.getByText('Nothing has run yet')).toBeVisible();
  await expect(screen.getByText('All is well.', { exact: true })).toBeVisible();
  await expect(screen.getByText('Nothing runs', { exact: true })).toBeVisible();

  const provider = (await api.providerList({})).items.find(({ name }) => name === scripted);
  await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 1, requestsPerMinute: 100 });
  const id = await start(
    api,
    [endless(200), endless(201), endless(202)].map((model) => `${scripted}:${model}`),
  );
  const load = chart(screen, 'Running and waiting');
  await expect(load.getByRole('listitem').filter({ hasText: 'running' })).toHaveText('running 1');
  await expect(load.getByRole('listitem').filter({ hasText: 'waiting' })).toHaveText('waiting 2');
  await expect(screen.getByText('Live', { exact: true })).toBeVisible();
  await expect(models(screen)).toHaveCount(4);
  await expect(models(screen).filter({ hasText: '1 of 1' })).toContainText('closed');
  await expect(models(screen).nth(1)).toContainText('99 of 100');
  await expect(models(screen).nth(1)).toContainText('as you set');

  // A point is read by keyboard, and left again.
  const point = load.getByRole('slider', { name: 'Read Running and waiting' });
  await expect(point).toHaveAttribute('aria-valuetext', 'now: running 1, waiting 2');
  await point.focus();
  await app.keyboard.press('Home');
  await expect(point).toHaveAttribute('aria-valuetext', /^\d\d:\d\d:\d\d: running 0, waiting 0$/);
  await app.keyboard.press('Tab');
  await expect(point).toHaveAttribute('aria-valuetext', 'now: running 1, waiting 2');

  await api.runCancel({ id });
  await expect(point).toHaveAttribute('aria-valuetext', 'now: running 0, waiting 0');
  await expect(screen.getByText('No model is in use, and all are well.')).toBeVisible();
});

test('an outage opens a circuit, which is named with the time at which it is tried again', async ({
  app,
  api,
  scripted,
}) => {
  await api.configUpdate({ name: 'retry_limit', value: '0' });
  await api.configUpdate({ name: 'failure_threshold', value: '2' });
  await api.budgetCreate({ scope: 'workspace', period: 'month', capUsd: '20', kind: 'hard' });
  const screen = await openHealth(app);
  await start(api, [`${scripted}:words-20`]);
  await expect(chart(screen, 'Time of the whole answer, within a minute')).toContainText(/p99 \d+ ms/);
  await start(api, [`${scripted}:fail-500`], 2);
  const broken = models(screen).filter({ hasText: `${scripted}:fail-500` });
  await expect(broken).toContainText('open');
  await expect(broken).toContainText(/tried again at \d\d:\d\d:\d\d/);
  await expect(chart(screen, 'Failed, of those within a minute')).toContainText('failed 67 %');
  await expect(screen.getByRole('meter', { name: 'Budget for Everything' })).toBeVisible();
  await screen.getByRole('button', { name: 'Refresh' }).click();
  const providers = screen.getByRole('region', { name: 'Providers and keys' });
  await expect(providers.getByRole('row').filter({ hasText: scripted })).toContainText(
    `${scripted}:fail-500 is left alone after repeated failures`,
  );
  await expect(screen.getByText('closed', { exact: true })).toHaveCount(0);
});

test('while all is not well the status bar says so, and dashboards wait until they are asked', async ({
  app,
  api,
  scripted,
  models,
}) => {
  await api.configUpdate({ name: 'retry_limit', value: '0' });
  await api.configUpdate({ name: 'failure_threshold', value: '1000' });
  await api.providerCreate({ name: 'second', kind: 'openai-chat', baseUrl: models.baseUrl });
  // Something that runs has it measured.
  const running = await start(api, [`${scripted}:${endless(500)}`]);
  const completed = async (id: string) => (await api.runGet({ id })).run.status;
  for (const model of ['fail-500', 'words-5']) {
    const id = await start(api, [`${scripted}:${model}`, `second:${model}`], 5);
    await expect.poll(() => completed(id)).toBe('completed');
  }
  const news = app.getByRole('contentinfo').getByRole('link', { name: /^Degraded/ });
  await expect(news).toHaveText('Degraded: every provider in use fails more than one call in twenty');
  await news.hover();
  await expect(app.getByRole('tooltip')).toContainText('executions of low priority');

  const asked = countAsked(app);
  await news.click();
  const screen = app.getByRole('region', { name: 'Health', exact: true });
  await expect(screen.getByRole('group', { name: 'Degraded' })).toContainText('live dashboards');
  await expect(screen.getByText('Paused', { exact: true })).toBeVisible();
  const before = asked();
  await takesSamples(api, 2);
  expect(asked()).toBe(before);
  await screen.getByRole('button', { name: 'Refresh' }).click();
  await expect.poll(asked).toBe(before + 1);
  await api.runCancel({ id: running });
});

/** Waits until the host has taken so many more samples, which it does once a second. */
async function takesSamples(api: Api, more: number): Promise<void> {
  const newest = async () => (await api.figuresGet({})).samples.at(-1)?.at ?? null;
  const after = await newest();
  await expect
    .poll(async () => (await api.figuresGet({ after })).samples.length)
    .toBeGreaterThanOrEqual(more);
}

test('nothing is asked while the window is hidden', async ({ app, api, scripted }) => {
  const id = await start(api, [`${scripted}:${endless(500)}`]);
  const screen = await openHealth(app);
  await expect(screen.getByText('Live', { exact: true })).toBeVisible();
  const show = (state: 'hidden' | 'visible') =>
    app.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await show('hidden');
  // What was under way has come by then.
  await takesSamples(api, 1);
  const asked = countAsked(app);
  await takesSamples(api, 2);
  expect(asked()).toBe(0);
  await show('visible');
  await expect.poll(asked).toBeGreaterThan(0);
  await api.runCancel({ id });
});

test('it is found by name', async ({ app }) => {
  await app.keyboard.press('Control+k');
  await app.getByPlaceholder('Search prompts and commands').fill('circuit queue');
  await expect(app.locator('[data-action][data-selected]')).toContainText('Go to health');
  await app.keyboard.press('Enter');
  await expect(app).toHaveURL(/\/health$/);
});
