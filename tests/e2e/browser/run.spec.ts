import { expect, test } from '../support/browser-test';
import type { Api } from '../support/host';
import { endless, pondering } from '../support/models';
import { chooseModels, column, figure, fromMenu, openPrompt, run } from '../support/screens';

/** How all runs stand: a run ends a moment after the last of its executions. */
async function statuses(api: Api): Promise<string[]> {
  return (await api.runList({})).items.map(({ status }) => status);
}

test('the first start shows a sample that runs at once', async ({ app }) => {
  await openPrompt(app, 'code-review');
  await app.keyboard.press('Control+Enter');
  const answer = column(app, 'dry-run:echo');
  await expect(answer).toContainText('You review rust code');
  await expect(figure(app, 'dry-run:echo', 'finish')).toHaveText('stop');
  await expect(figure(app, 'dry-run:echo', 'cost')).toContainText('$0');
});

test('Run that is pressed twice starts one run, which Stop ends', async ({ app, api, scripted }) => {
  const model = `${scripted}:${endless(30)}`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  let asked = 0;
  let go = () => {};
  const going = new Promise<void>((resolve) => (go = resolve));
  await app.route('**/api/runs', async (route) => {
    asked += 1;
    await going;
    await route.continue();
  });
  const button = app.getByRole('button', { name: /^Run/ });
  await button.dblclick();
  for (let press = 0; press < 3; press += 1) await app.keyboard.press('Control+Enter');
  await expect(button).toHaveAttribute('aria-busy', 'true');
  await expect(button).toBeFocused();
  go();
  await expect(column(app, model)).toContainText('word3 ');
  await app.getByRole('button', { name: 'Stop' }).click();
  await expect(column(app, model)).toContainText('cancelled');
  expect(asked).toBe(1);
  await expect.poll(() => statuses(api)).toEqual(['cancelled']);
});

test('a double or triple click on Run neither stops what it started nor starts it again', async ({
  app,
  api,
  scripted,
}) => {
  const model = `${scripted}:slow-20x40`;
  await openPrompt(app, 'summarise');
  for (const chosen of [model, 'dry-run:echo']) {
    await chooseModels(app, [chosen]);
    for (const clickCount of [2, 3]) {
      await app.getByRole('button', { name: /^Run/ }).click({ clickCount, delay: 60 });
      await expect(app.getByRole('button', { name: /^Run/ })).toBeVisible();
      await expect(column(app, chosen)).toContainText('✓ done');
    }
  }
  await expect.poll(() => statuses(api)).toEqual(Array(4).fill('completed'));
});

test('several models answer side by side, streaming at once', async ({ app, scripted }) => {
  const models = [endless(30), endless(40), endless(50)].map((model) => `${scripted}:${model}`);
  await openPrompt(app, 'summarise');
  await chooseModels(app, models);
  await run(app);
  for (const model of models) await expect(column(app, model)).toContainText('word3 ');
  for (const model of models) await expect(column(app, model)).toContainText('streaming');
  await app.getByRole('button', { name: 'Stop' }).click();
  for (const model of models) await expect(column(app, model)).toContainText('cancelled');
});

test('every answer ends with its figures, in the same order', async ({ app, scripted }) => {
  const models = ['slow-5x40', 'slow-6x40', 'slow-7x40'].map((model) => `${scripted}:${model}`);
  await openPrompt(app, 'summarise');
  await chooseModels(app, models);
  await run(app);
  for (const model of models) {
    await expect(column(app, model)).toContainText('word40');
    await expect(column(app, model)).toContainText('✓');
    await expect(figure(app, model, 'first token')).toHaveText(/\d/);
    await expect(figure(app, model, 'tokens/s')).toHaveText(/\d/);
    await expect(figure(app, model, 'in · out')).toHaveText(/\d+ · 40/);
  }
  await expect(app.getByRole('img', { name: 'best of the row' }).first()).toBeVisible();
});

test('the figures of an answer are there while it streams', async ({ app, scripted }) => {
  const model = `${scripted}:${endless(30)}`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('streaming');
  await expect(figure(app, model, 'first token')).toHaveText(/^\d+ ms$|^\d+\.\d\d s$/);
  await expect(figure(app, model, 'tokens/s')).toHaveText(/^≈ \d/);
  await expect(figure(app, model, 'in · out')).toHaveText(/^– · ≈ \d/);
  const latency = async () => Number.parseFloat((await figure(app, model, 'latency').textContent()) ?? '');
  const before = await latency();
  expect(before).toBeGreaterThan(0);
  await expect.poll(latency).toBeGreaterThan(before);
  await expect(column(app, model)).toContainText('streaming');

  // What began before the page did is known all the same.
  await app.reload();
  await expect(figure(app, model, 'tokens/s')).toHaveText(/^≈ \d/);
  await expect(figure(app, model, 'first token')).toHaveText(/^\d+ ms$|^\d+\.\d\d s$/);
  expect(await latency()).toBeGreaterThan(before);
  await app.keyboard.press('Control+.');
  await expect(column(app, model)).toContainText('cancelled');
  await expect(figure(app, model, 'first token')).toHaveText(/\d/);
  await expect(figure(app, model, 'tokens/s')).toHaveText(/^\d/);
});

test('one column is cancelled, then the rest; what had come stays', async ({ app, scripted }) => {
  const [first, second] = [`${scripted}:${endless(40)}`, `${scripted}:${endless(50)}`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [first, second]);
  await run(app);
  for (const model of [first, second]) await expect(column(app, model)).toContainText('word5 ');
  await fromMenu(app, first, 'Cancel');
  await expect(column(app, first)).toContainText('cancelled');
  await expect(column(app, second)).toContainText('streaming');
  await app.keyboard.press('Control+.');
  await expect(column(app, second)).toContainText('cancelled');
  await expect(column(app, first)).toContainText('word5 ');
  await expect(column(app, second)).toContainText('word5 ');
  await expect(app.getByRole('button', { name: /^Run/ })).toBeVisible();
});

test('a model is seen thinking, and what it thought is folded once it answers', async ({ app, scripted }) => {
  const [thinking, answering] = [`${scripted}:${pondering(40)}`, `${scripted}:thinking-5x9`];
  const reasoning = (model: string) => column(app, model).getByRole('button', { name: /^Reasoning/ });
  await openPrompt(app, 'summarise');
  await chooseModels(app, [thinking, answering]);
  await run(app);

  await expect(column(app, thinking)).toContainText('thought3 ');
  await expect(column(app, thinking)).toContainText('streaming');
  await expect(column(app, thinking)).not.toContainText('Waiting for the first token');
  await expect(column(app, answering)).toContainText('The quick answer comes first.');
  await expect(reasoning(answering)).toHaveAttribute('aria-expanded', 'false');
  await expect(column(app, answering)).not.toContainText('thought9');
  await reasoning(answering).click();
  await expect(column(app, answering)).toContainText('thought9');

  await app.keyboard.press('Control+.');
  await expect(column(app, thinking)).toContainText('cancelled');
  await expect(reasoning(thinking)).toHaveAttribute('aria-expanded', 'true');
  await expect(reasoning(thinking)).toContainText('token');
  await expect(column(app, thinking)).toContainText('thought3 ');
});

test('what a model thought is kept with its run and shown in the details', async ({ app, scripted }) => {
  const model = `${scripted}:reasoning`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('✓ done');
  await app.reload();
  const reasoning = column(app, model).getByRole('button', { name: /^Reasoning/ });
  await expect(reasoning).toContainText('8 tokens');
  await expect(column(app, model)).not.toContainText('First I think.');
  await fromMenu(app, model, 'Details');
  await expect(app.getByRole('dialog').getByRole('region', { name: 'Reasoning' })).toContainText(
    'First I think. Then I am sure.',
  );
});

test('text of a model is content: no image, no script, no style, links are asked about', async ({
  app,
  scripted,
}) => {
  const outside: string[] = [];
  app.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1:')) outside.push(request.url());
  });
  const model = `${scripted}:markdown`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  const answer = column(app, model);
  await expect(answer.getByRole('heading', { name: 'Summary' })).toBeVisible();
  await expect(answer.getByRole('table')).toBeVisible();
  const text = answer.locator('[data-answer]');
  await expect(text).toContainText('A short answer');
  await expect(text.locator('img, script, style, iframe')).toHaveCount(0);
  await expect(text.locator('[href^="javascript"], [src]')).toHaveCount(0);
  await text.getByRole('button', { name: 'a link' }).click();
  await expect(app.getByRole('dialog')).toContainText('https://example.com');
  expect(outside).toEqual([]);
});

test('an answer that does not fit the schema says why', async ({ app, scripted }) => {
  const [fits, fails] = [`${scripted}:json`, `${scripted}:words-20`];
  await openPrompt(app, 'code-review');
  await chooseModels(app, [fits, fails]);
  await run(app);
  await expect(column(app, fits)).toContainText('1 of 1 hold');
  await expect(column(app, fails)).toContainText('0 of 1 hold');
});

test('a model is asked again, and a run repeated', async ({ app, api, scripted }) => {
  const model = `${scripted}:words-20`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('word20');
  await fromMenu(app, model, 'Try again');
  await expect.poll(async () => (await api.executionList({})).items.length).toBe(2);
  await app.getByRole('tab', { name: 'Runs' }).click();
  await app.getByRole('row').filter({ hasText: model }).getByRole('link').click();
  await app.getByRole('button', { name: 'Repeat' }).click();
  await expect.poll(async () => (await api.runList({})).items.length).toBe(2);
});
