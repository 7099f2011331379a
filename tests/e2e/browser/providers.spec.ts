import { type Page, expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

const settings = (app: Page) => app.getByRole('link', { name: 'Settings', exact: true }).click();

test('a vendor is found by its name, and its address is filled in', async ({ app }) => {
  await settings(app);
  await app.getByLabel('Search vendors and servers').fill('azure');
  await expect(app.getByRole('list', { name: 'Vendors and servers' }).getByRole('listitem')).toHaveCount(1);
  await app.getByRole('button', { name: /^Azure OpenAI / }).click();
  await app.getByLabel('Name of the resource').fill('mine');
  await expect(app.getByLabel('Address')).toHaveValue('https://mine.openai.azure.com/openai/v1');
  await app.getByRole('button', { name: 'Add provider' }).click();
  await expect(app.getByRole('heading', { name: 'azure' })).toBeVisible();
  // A vendor asks for its key at once, and says where to get one. Nothing is opened without a click.
  const form = app.getByRole('form', { name: 'A new key' });
  await expect(form.getByRole('button', { name: /^https:\/\/ai\.azure\.com/ })).toBeVisible();
  expect(app.context().pages()).toHaveLength(1);
});

test('a server on this machine is found and added with one click', async ({ app, api, models }) => {
  // What stands at the usual ports of a machine that tests is its own affair.
  const baseUrl = new URL(models.baseUrl).origin;
  const server = { preset: 'ollama', title: 'Ollama on this machine', baseUrl, models: ['words-20'] };
  await app.route('**/api/servers', (route) => route.fulfill({ json: { items: [server] } }));
  await settings(app);
  await expect(app.getByText('words-20', { exact: true })).toBeVisible();
  await app.getByRole('button', { name: 'Add Ollama on this machine' }).click();
  await expect(app.getByRole('heading', { name: 'ollama' })).toBeVisible();
  const added = (await api.providerList({})).items.find(({ name }) => name === 'ollama');
  expect(added).toMatchObject({ kind: 'ollama', keyState: 'none' });
  await app.getByRole('link', { name: 'Add a provider' }).click();
  await expect(
    app.getByText('Every model server that answers on this machine has been added.'),
  ).toBeVisible();
});

test('a workspace without a provider offers one where answers will be, and where models are chosen', async ({
  app,
  api,
  models,
}) => {
  const baseUrl = new URL(models.baseUrl).origin;
  const server = { preset: 'vllm', title: 'vLLM on this machine', baseUrl: `${baseUrl}/v1`, models: [] };
  await app.route('**/api/servers', (route) => route.fulfill({ json: { items: [server] } }));
  await app.reload();
  const prompt = await openPrompt(app, 'summarise');
  await expect(prompt.getByText('Run the prompt to see the answers side by side')).toBeVisible();
  await expect(prompt.getByRole('link', { name: 'Add a provider' })).toBeVisible();

  await prompt.getByRole('button', { name: 'Model', exact: true }).click();
  const search = app.getByRole('textbox', { name: 'Search, or type provider:model' });
  await search.fill('words-20');
  await expect(app.getByText('No known model matches words-20')).toBeVisible();
  await app.getByRole('link', { name: 'Add a provider' }).last().click();
  await expect(app.getByRole('heading', { name: 'Add a provider' })).toBeVisible();
  await app.goBack();

  await prompt.getByRole('button', { name: 'Add vLLM on this machine' }).click();
  await expect(app.getByRole('heading', { name: 'vllm' })).toBeVisible();
  await app.goBack();
  await expect(prompt.getByText('Run the prompt to see the answers side by side')).toBeVisible();
  await expect(prompt.getByRole('link', { name: 'Add a provider' })).toHaveCount(0);
  await prompt.getByRole('button', { name: 'Model', exact: true }).click();
  await search.fill('words-20');
  await expect(app.getByRole('option', { name: 'vllm:words-200' })).toBeVisible();
  expect((await api.providerList({})).items.map(({ name }) => name)).toContain('vllm');
});

test('changes of a provider that were not saved are there when one comes back', async ({
  app,
  api,
  scripted,
}) => {
  await settings(app);
  const row = app.getByRole('link', { name: new RegExp(`^${scripted}`) });
  await row.click();
  await app.getByLabel('Calls at once').fill('7');
  await expect(row).toContainText('unsaved changes');
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await expect(app.getByRole('heading', { level: 1 })).toHaveText('code-review');
  await settings(app);
  await expect(row).toContainText('unsaved changes');
  await app.reload();
  await row.click();
  await expect(app.getByLabel('Calls at once')).toHaveValue('7');

  await app.getByRole('button', { name: 'Discard' }).click();
  await expect(app.getByLabel('Calls at once')).toHaveValue('');
  await expect(row).not.toContainText('unsaved changes');
  await app.getByLabel('Calls at once').fill('6');
  await app.getByRole('button', { name: 'Save changes' }).click();
  await expect(app.getByText(`Saved ${scripted}`)).toBeVisible();
  await expect(row).not.toContainText('unsaved changes');
  const saved = (await api.providerList({})).items.find(({ name }) => name === scripted);
  expect(saved?.maxConcurrent).toBe(6);
});

test('a server is added, tested, asked for its models, and run on', async ({ app, models }) => {
  await settings(app);
  await app.getByRole('button', { name: /^Any OpenAI-compatible server / }).click();
  await app.getByRole('textbox', { name: 'Name', exact: true }).fill('local');
  await app.getByLabel('Address').fill(models.baseUrl);
  await app.getByRole('button', { name: 'Add provider' }).click();
  await expect(app.getByRole('heading', { name: 'local' })).toBeVisible();

  const test = app.getByRole('region', { name: 'Connection' });
  await test.getByRole('button', { name: 'Test connection' }).click();
  await expect(test).toContainText(/It can be called\. It lists \d+ models/);
  await expect(app.getByRole('region', { name: 'Models' }).getByRole('table')).toContainText('words-200');
  await test.getByRole('combobox', { name: /^With a model/ }).fill('words-20');
  await expect(test).toContainText('may cost a few tokens');
  await test.getByRole('button', { name: 'Test connection' }).click();
  await expect(test).toContainText('The model answered in');
  await test.getByRole('combobox', { name: /^With a model/ }).fill('fail-401');
  await test.getByRole('button', { name: 'Test connection' }).click();
  await expect(test).toContainText('The provider does not accept the key');
  await test.getByText('What the provider said').click();
  await expect(test).toContainText('Incorrect API key provided.');

  await app.getByRole('button', { name: 'Ask the provider for its models' }).click();
  await expect(app.getByRole('region', { name: 'Models' }).getByRole('table')).toContainText('words-200');
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await openPrompt(app, 'summarise');
  await chooseModels(app, ['local:words-200']);
  await run(app);
  await expect(column(app, 'local:words-200')).toContainText('word200');
});

test('what stands in the way of a connection is said with the next step', async ({ app, api }) => {
  await api.providerCreate({ name: 'gone', kind: 'openai-chat', baseUrl: 'http://127.0.0.1:9/v1' });
  await settings(app);
  await app.getByRole('link', { name: /^gone/ }).click();
  const test = app.getByRole('region', { name: 'Connection' });
  await test.getByRole('button', { name: 'Test connection' }).click();
  await expect(test).toContainText('The server refused the connection');
  await expect(test).toContainText('127.0.0.1:9');
});

test('what a provider cannot be is said at the field', async ({ app, scripted }) => {
  await settings(app);
  await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
  await app.getByLabel('Address').fill('ftp://127.0.0.1/v1');
  await app.getByRole('button', { name: 'Save changes' }).click();
  await expect(app.getByText('must start with')).toBeVisible();
  await expect(app.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true');
});

test('a provider is deleted after a question, and its runs stay', async ({ app, api, scripted }) => {
  await openPrompt(app, 'summarise');
  await chooseModels(app, [`${scripted}:words-20`]);
  await run(app);
  await expect(column(app, `${scripted}:words-20`)).toContainText('✓ done');
  await settings(app);
  await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
  await app.getByRole('button', { name: 'Delete provider' }).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(app.getByRole('link', { name: new RegExp(`^${scripted}`) })).toHaveCount(0);
  expect((await api.runList({})).items).toHaveLength(1);
});
