import { expect, test } from '../support/browser-test';
import { chooseModels, column, figure, fromMenu, openPrompt, run } from '../support/screens';

test('why a model stopped is a plain word, with the word of the provider beside it', async ({
  app,
  scripted,
}) => {
  const [done, cut, odd] = ['words-20', 'finish-length', 'finish-sleepy'].map(
    (name) => `${scripted}:${name}`,
  );
  await openPrompt(app, 'summarise');
  await chooseModels(app, [done, cut, odd] as string[]);
  await run(app);
  for (const [model, word, own] of [
    [done, 'stop', 'stop'],
    [cut, 'token limit', 'length'],
    [odd, 'sleepy', 'sleepy'],
  ] as [string, string, string][]) {
    await expect(figure(app, model, 'finish')).toHaveText(word);
    await expect(figure(app, model, 'finish')).toHaveAttribute('title', `The provider’s word: ${own}`);
  }
  await fromMenu(app, cut ?? '', 'Details');
  await expect(app.getByRole('dialog')).toContainText('token limit (length)');
});

test('an answer that was held back is an outcome of its own, not an error', async ({ app, scripted }) => {
  const model = `${scripted}:finish-content_filter`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  const held = column(app, model);
  await expect(held).toContainText('⊘ held back');
  await expect(held.getByRole('note')).toContainText('The provider held the answer back');
  await expect(held).toContainText('The quick answer comes first.');
  await expect(held.getByRole('alert')).toHaveCount(0);
  await held.getByRole('note').getByRole('button', { name: 'Details' }).click();
  await expect(app.getByRole('dialog')).toContainText('held back (content_filter)');
});

test('the tools that a model asks for are shown with their arguments', async ({ app, scripted }) => {
  const model = `${scripted}:tool`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  const calls = column(app, model).getByRole('list', { name: 'Tool calls' });
  await expect(calls).toContainText('get_weather');
  await expect(calls).toContainText('"city": "Zürich"');
  await expect(figure(app, model, 'finish')).toHaveText('tool calls');
  await calls.getByText('get_weather').click();
  await expect(calls.getByText('"city": "Zürich"')).toBeHidden();
  await fromMenu(app, model, 'Details');
  await expect(app.getByRole('dialog').getByRole('region', { name: 'Tool calls' })).toContainText('"Zürich"');
});
