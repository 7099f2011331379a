import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

test('a server is added, asked for its models, and run on', async ({ app, models }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app
    .getByRole('button', { name: /OpenAI-compatible|Any server|Other/ })
    .first()
    .click();
  await app.getByLabel('Name').fill('local');
  await app.getByLabel('Address').fill(models.baseUrl);
  await app.getByRole('button', { name: 'Add provider' }).click();
  await expect(app.getByRole('heading', { name: 'local' })).toBeVisible();
  await app.getByRole('button', { name: 'Ask the provider for its models' }).click();
  await expect(app.getByRole('table')).toContainText('words-200');

  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await openPrompt(app, 'summarise');
  await chooseModels(app, ['local:words-200']);
  await run(app);
  await expect(column(app, 'local:words-200')).toContainText('word200');
});

test('what a provider cannot be is said at the field', async ({ app, scripted }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
  await app.getByLabel('Environment variable with the key').fill('HOME');
  await app.getByRole('button', { name: 'Save changes' }).click();
  await expect(app.getByText(/must be in capitals and end in/)).toBeVisible();
  await app.getByLabel('Environment variable with the key').fill('');
  await app.getByLabel('Address').fill('ftp://127.0.0.1/v1');
  await app.getByRole('button', { name: 'Save changes' }).click();
  await expect(app.getByText('must start with')).toBeVisible();
  await expect(app.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true');
});

test('a key belongs to its address: another address does not get it', async ({ app, api, scripted }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
  await app.getByLabel('Environment variable with the key').fill('FORMAOPS_TEST_KEY');
  await app.getByRole('button', { name: 'Save changes' }).click();
  await expect(app.getByText('key missing').first()).toBeVisible();
  await app.getByLabel('Address').fill('http://127.0.0.1:9/v1');
  await app.getByRole('button', { name: 'Save changes' }).click();
  await expect(app.getByText('key not sent').first()).toBeVisible();
  await app.getByRole('button', { name: 'Forget the key' }).click();
  await expect
    .poll(async () => (await api.providerList({})).items.find(({ name }) => name === scripted)?.keyState)
    .toBe('none');
});

test('a provider is deleted after a question, and its runs stay', async ({ app, api, scripted }) => {
  await openPrompt(app, 'summarise');
  await chooseModels(app, [`${scripted}:words-20`]);
  await run(app);
  await expect(column(app, `${scripted}:words-20`)).toContainText('✓ done');
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: new RegExp(`^${scripted}`) }).click();
  await app.getByRole('button', { name: 'Delete provider' }).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(app.getByRole('link', { name: new RegExp(`^${scripted}`) })).toHaveCount(0);
  expect((await api.runList({})).items).toHaveLength(1);
});
