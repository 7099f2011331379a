import { expect, test } from '../support/browser-test';
import { chooseModels, column, figure, fromMenu, openPrompt, run } from '../support/screens';

test('the first start shows a sample that runs at once', async ({ app }) => {
  await openPrompt(app, 'code-review');
  await app.keyboard.press('Control+Enter');
  const answer = column(app, 'dry-run:echo');
  await expect(answer).toContainText('You review rust code');
  await expect(figure(app, 'dry-run:echo', 'finish')).toHaveText('stop');
  await expect(figure(app, 'dry-run:echo', 'cost')).toContainText('$0');
});

test('several models answer side by side, streaming at once', async ({ app, scripted }) => {
  const models = ['slow-30x40', 'slow-40x40', 'slow-50x40'].map((model) => `${scripted}:${model}`);
  await openPrompt(app, 'summarise');
  await chooseModels(app, models);
  await run(app);
  for (const model of models) await expect(column(app, model)).toContainText('streaming');
  for (const model of models) await expect(column(app, model)).toContainText('word3 ');
  await expect(app.getByRole('button', { name: 'Stop' })).toBeVisible();
  for (const model of models) {
    await expect(column(app, model)).toContainText('word40');
    await expect(column(app, model)).toContainText('✓');
    await expect(figure(app, model, 'first token')).toHaveText(/\d/);
    await expect(figure(app, model, 'tokens/s')).toHaveText(/\d/);
    await expect(figure(app, model, 'in · out')).toHaveText(/\d+ · 40/);
  }
  await expect(app.getByRole('img', { name: 'best of the row' }).first()).toBeVisible();
});

test('one column is cancelled, then the rest; what had come stays', async ({ app, scripted }) => {
  const [first, second] = [`${scripted}:slow-40x500`, `${scripted}:slow-40x501`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [first, second]);
  await run(app);
  await expect(column(app, first)).toContainText('word5 ');
  await fromMenu(app, first, 'Cancel');
  await expect(column(app, first)).toContainText('cancelled');
  await expect(column(app, second)).toContainText('streaming');
  await app.keyboard.press('Control+.');
  await expect(column(app, second)).toContainText('cancelled');
  await expect(column(app, first)).toContainText('word5 ');
  await expect(column(app, second)).toContainText('word5 ');
  await expect(app.getByRole('button', { name: /^Run/ })).toBeVisible();
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
  const text = answer.getByRole('heading', { name: 'Summary' }).locator('..');
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
  await expect(column(app, fits)).toContainText('1 of 1 valid');
  await expect(column(app, fails)).toContainText('0 of 1 valid');
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
