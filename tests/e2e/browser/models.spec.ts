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
  await form.getByLabel('Context window, tokens').fill('-5');
  await form.getByLabel('Cached input', { exact: true }).fill('-1');
  await form.getByLabel('Cached input', { exact: true }).blur();
  await expect(form).toContainText('Must be at least 1, got -5');
  await expect(form).toContainText('Must be at least 0, got -1');
  await expect(form.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await form.getByLabel('Cached input', { exact: true }).fill('');
  await form.getByLabel('Context window, tokens', { exact: true }).fill('64000');
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
  await app.getByRole('textbox', { name: 'Search, or type provider:model' }).fill('words-7');
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

test('facts of a model are taken back one by one, and what it can do is said', async ({ app, api }) => {
  await api.providerCreate({ name: 'openai', kind: 'openai-chat', baseUrl: 'https://api.openai.com/v1' });
  const model = 'openai:gpt-4o';
  const price = { input: 1_000_000_000, output: 2_000_000_000 };
  await api.modelUpdate({ model, contextWindow: 64_000, price });
  const now = async () =>
    (await api.modelList({ provider: 'openai' })).items.find((one) => one.model === model);
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: /^openai/ }).click();
  const row = app.getByRole('row').filter({ has: app.getByText('gpt-4o', { exact: true }) });
  const open = () => row.getByRole('button', { name: 'Edit what is known of gpt-4o' }).click();
  const form = app.getByRole('dialog', { name: 'What is known of gpt-4o' });
  const save = () => form.getByRole('button', { name: 'Save', exact: true }).click();
  await open();
  await expect(form.getByText(/^from you, \d{4}-/)).toHaveCount(2);
  // It is not said yet: a change can be given up.
  await form.getByRole('button', { name: 'Take back: Context window, tokens' }).click();
  await expect(form.getByLabel('Context window, tokens')).toHaveValue('128,000');
  await expect(form.getByText(/^from you, \d{4}-/)).toHaveCount(1);
  await expect(form.getByLabel('Images')).toContainText('As known: yes');
  await form.getByLabel('Images').selectOption('No');
  await expect(form.getByText('from you, once it is saved')).toBeVisible();
  await save();
  await expect(row).toContainText('128,000');
  await expect(row).toContainText('edited by you');
  expect(await now()).toMatchObject({ contextWindow: 128_000, price, capabilities: { images: false } });

  await open();
  await expect(form.getByLabel('Images')).toHaveValue('no');
  await form.getByLabel('Images').selectOption('As known: yes');
  await form.getByRole('button', { name: 'Take back: Dollars per million tokens' }).click();
  await expect(form.getByRole('button', { name: /^Take back/ })).toHaveCount(0);
  await save();
  await expect(row).not.toContainText('edited by you');
  expect((await now())?.beneath).toBeUndefined();
});

test('that a model takes no images is said beside its cost, before it is run', async ({
  app,
  api,
  scripted,
}) => {
  const [blind, seeing] = [`${scripted}:words-7`, `${scripted}:words-20`];
  await api.modelUpdate({ model: blind, capabilities: { images: false, tools: false } });
  const shot = await api.attachmentCreate({ name: 'shot.png', mediaType: 'image/png', data: 'YWJj' });
  const content: Content = {
    ...plain,
    body: { kind: 'messages', messages: [{ role: 'user', template: 'Look.', attachments: [shot] }] },
  };
  await api.promptCreate({ name: 'look', content });
  await app.reload();
  await openPrompt(app, 'look');
  await chooseModels(app, [seeing]);
  await expect(app.getByRole('meter')).toHaveCount(1);
  await expect(app.getByText(/takes no images/)).toHaveCount(0);
  await chooseModels(app, [blind]);
  await expect(app.getByRole('listitem').filter({ hasText: `${blind} takes no images` })).toContainText(
    'shot.png',
  );
  await expect(app.getByRole('img', { name: `${blind} does not take 1 part of this run` })).toBeVisible();
  await run(app);
  await expect(app.getByRole('alert').filter({ hasText: 'takes no images' })).toBeVisible();
  expect((await api.executionList({})).items).toEqual([]);
});

test('at Azure a deployment is called, and no list of models stands in its place', async ({
  app,
  api,
  models,
}) => {
  const baseUrl = new URL('/openai/v1', models.baseUrl).href;
  await api.providerCreate({ name: 'azure', kind: 'azure-openai', baseUrl });
  await api.modelList({ provider: 'azure', refresh: true });
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: /^azure/ }).click();
  const test = app.getByRole('region', { name: 'Connection' });
  await test.getByRole('button', { name: 'Test connection' }).click();
  await expect(test).toContainText(/\d+ models that could be deployed/);
  const section = app.getByRole('region', { name: 'Models' });
  await expect(section).toContainText('azure:my-deployment');
  await expect(section.getByRole('table')).toHaveCount(0);

  await section.getByRole('button', { name: 'Describe a deployment' }).click();
  const form = app.getByRole('dialog', { name: 'Describe a deployment' });
  await form.getByLabel('Name of the deployment').fill('words-20');
  await form.getByLabel('It is the same as').fill('gpt-4o');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  const row = section.getByRole('row').filter({ hasText: 'words-20' });
  await expect(row).toContainText('128,000');
  await expect(row.getByRole('cell', { name: 'unknown', exact: true })).toBeVisible();

  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await openPrompt(app, 'summarise');
  await chooseModels(app, ['azure:words-20']);
  await run(app);
  await expect(column(app, 'azure:words-20')).toContainText('✓ done');
});
