import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

/** What each fault of a server is shown as, with what it had said before it failed. */
const faults = [
  { model: 'fail-400', title: 'The provider refused the request' },
  { model: 'fail-401', title: 'The provider does not accept the key', next: 'Open provider' },
  { model: 'fail-403', title: 'The key has no right to this', next: 'Open provider' },
  { model: 'fail-404', title: 'No such model or path', next: 'Open provider' },
  { model: 'fail-429', title: 'Too many requests' },
  { model: 'fail-500', title: 'The provider is broken or overloaded' },
  { model: 'fail-503', title: 'The provider is broken or overloaded' },
  { model: 'html', title: 'The answer is not what was expected', next: 'Open provider' },
  { model: 'truncated', title: 'The answer ended too early', text: 'The quick answer' },
  { model: 'stream-error', title: 'The provider is broken or overloaded', text: 'The quick answer' },
  { model: 'reset', title: 'The connection broke' },
  { model: 'reset-midway', title: 'The connection broke', text: 'The quick answer' },
];

test('each fault is shown with its cause, the next step, and the text that had come', async ({
  app,
  scripted,
}) => {
  await openPrompt(app, 'summarise');
  for (const half of [faults.slice(0, 6), faults.slice(6)]) {
    await chooseModels(
      app,
      half.map(({ model }) => `${scripted}:${model}`),
    );
    await run(app);
    for (const { model, title, text, next } of half) {
      const failed = column(app, `${scripted}:${model}`);
      const card = failed.getByRole('alert');
      await expect.soft(card, model).toContainText(title);
      await expect.soft(card.getByRole('button', { name: 'Try again' }), model).toBeVisible();
      if (next !== undefined) await expect.soft(card.getByRole('link', { name: next }), model).toBeVisible();
      if (text !== undefined) await expect.soft(failed, model).toContainText(text);
    }
  }
});

test('a server that is not there is refused at once, with its address', async ({ app, api }) => {
  await api.providerCreate({ name: 'gone', kind: 'openai-chat', baseUrl: 'http://127.0.0.1:9/v1' });
  await openPrompt(app, 'summarise');
  await chooseModels(app, ['gone:model']);
  await run(app);
  const card = column(app, 'gone:model').getByRole('alert');
  await expect(card).toContainText('The server refused the connection');
  await expect(card).toContainText('127.0.0.1:9');
  await card.getByRole('link', { name: 'Open provider' }).click();
  await expect(app).toHaveURL(/\/settings\/providers/);
});

test('a failure of one column leaves the others alone', async ({ app, scripted }) => {
  const [fine, broken] = [`${scripted}:slow-20x60`, `${scripted}:fail-400`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [fine, broken]);
  await run(app);
  await expect(column(app, broken).getByRole('alert')).toBeVisible();
  await expect(column(app, fine)).toContainText('word60');
  await expect(column(app, fine)).toContainText('✓');
});

test('a failure without an answer is read from its beginning', async ({ app, scripted }) => {
  await app.setViewportSize({ width: 1440, height: 600 });
  await openPrompt(app, 'summarise');
  await chooseModels(app, [`${scripted}:fail-400`]);
  await run(app);
  const failed = column(app, `${scripted}:fail-400`);
  await expect(failed.getByRole('alert')).toContainText('The provider refused the request');
  const box = failed.locator('[data-scroller]');
  const [place, hidden] = await box.evaluate((element) => [
    element.scrollTop,
    element.scrollHeight - element.clientHeight,
  ]);
  expect(hidden, 'the card does not fit').toBeGreaterThan(0);
  expect(place).toBe(0);
});

test('ten megabytes of answer are shown as text and stay usable', async ({ app, scripted }) => {
  const model = `${scripted}:big-10mb`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('✓ done', { timeout: 150_000 });
  await expect(column(app, model).getByRole('button', { name: /^Show as Markdown/ })).toBeVisible();
  await openPrompt(app, 'code-review');
});
