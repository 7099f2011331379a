import type { Content } from '../../../ui/src/bindings/types';
import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

/** A prompt that sets no parameters. */
const plain: Content = {
  body: { kind: 'text', template: 'Hello' },
  variables: [],
  settings: { parameters: {} },
  validations: [],
};

test('a price is edited, counted, and forgotten again', async ({ app, api, scripted }) => {
  const model = `${scripted}:words-31`;
  await api.modelList({ provider: scripted, refresh: true });
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
  const models = app.getByRole('table').filter({ hasText: 'Context window' });
  const row = models.getByRole('row').filter({ hasText: 'words-200' });
  await row.getByRole('button', { name: 'Edit what is known of words-200' }).click();
  const form = app.getByRole('dialog', { name: 'What is known of words-200' });
  await form.getByLabel('Input', { exact: true }).fill('2.5');
  await form.getByLabel('Output', { exact: true }).fill('');
  await expect(form.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await form.getByLabel('Output', { exact: true }).fill('10');
  await form.getByLabel('Context window, tokens').fill('64000');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(row).toContainText('$2.50');
  await expect(row).toContainText('64,000');
  await expect(row).toContainText('edited by you');

  await row.getByRole('button', { name: 'Edit what is known of words-200' }).click();
  await form.getByRole('button', { name: 'Forget my changes' }).click();
  await expect(row).not.toContainText('edited by you');

  await api.modelUpdate({ model, price: { input: 1_000_000_000_000, output: 1_000_000_000_000 } });
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('✓ done');
  const [execution] = (await api.executionList({})).items;
  expect(Number(execution?.metrics.costUsd)).toBeGreaterThan(0);
});

test('a model that nobody lists is described, and one with an end is marked where it is chosen', async ({
  app,
  api,
  scripted,
}) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
  await app.getByRole('button', { name: 'Describe a model' }).click();
  const form = app.getByRole('dialog', { name: 'Describe a model' });
  await form.getByLabel('Id').fill('words-7');
  await form.getByLabel('Retires on').fill('2020-01-31');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(app.getByRole('row').filter({ hasText: 'words-7' })).toContainText('retired 2020-01-31');
  expect((await api.modelList({ provider: scripted })).items.map(({ model }) => model)).toContain(
    `${scripted}:words-7`,
  );

  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await openPrompt(app, 'summarise');
  await app.getByRole('button', { name: 'Model', exact: true }).click();
  await app.getByLabel('Search, or type provider:model').fill('words-7');
  await expect(app.getByRole('option', { name: /words-7/ }).first()).toContainText('retired 2020-01-31');
  await app.keyboard.press('Escape');
  await chooseModels(app, [`${scripted}:words-7`]);
  const bar = app.getByRole('toolbar', { name: 'Models to run on' });
  await expect(bar.getByRole('img', { name: /words-7 retired 2020-01-31/ })).toBeVisible();
});

test('what a model does not take is said before it is run', async ({ app, api }) => {
  await api.promptCreate({ name: 'plain', content: plain });
  await api.providerCreate({ name: 'openai', kind: 'openai-chat', baseUrl: 'https://api.openai.com/v1' });
  const model = 'openai:o3';
  await openPrompt(app, 'plain');
  await chooseModels(app, [model]);
  const warning = app.getByRole('img', { name: /does not take/ });
  await expect(warning).toHaveCount(0);
  await app.getByRole('button', { name: `Parameters of ${model}`, exact: true }).click();
  const form = app.getByRole('dialog').filter({ hasText: 'Empty fields are taken from the prompt' });
  await form.getByLabel('Temperature').fill('0.5');
  await expect(form).toContainText('temperature');
  await expect(form.getByRole('listitem').filter({ hasText: 'o3' })).toBeVisible();
  await app.keyboard.press('Escape');
  await expect(warning).toBeVisible();
  await run(app);
  await expect(app.getByRole('alert').filter({ hasText: 'o3' })).toBeVisible();
  expect((await api.egressTotals({})).items).toEqual([]);
});
