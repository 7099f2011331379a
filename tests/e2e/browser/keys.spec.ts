import { type Locator, type Page, expect, test } from '../support/browser-test';
import { Host } from '../support/host';
import { chooseModels, column, openPrompt, run } from '../support/screens';

const CANARY = 'sk-canary-4f7a91c2e5d8';
const PASSPHRASE = 'three quiet words';

/** The section of the keys of a provider, opened. */
async function keysOf(app: Page, provider: string): Promise<Locator> {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: new RegExp(`^${provider}`) }).click();
  return app.getByRole('region', { name: 'Keys', exact: true });
}

/** Keeps a key in the vault, which is made for the first one. */
async function keepInVault(app: Page, keys: Locator, secret: string, isFirst: boolean): Promise<void> {
  const open = keys.getByRole('button', { name: 'Add a key' });
  const field = keys.getByLabel('Key', { exact: true });
  // Where there is no key yet and one is needed, the form is open.
  await expect(open.or(field).first()).toBeVisible();
  if (await open.isVisible()) await open.click();
  await field.fill(secret);
  await keys.getByRole('button', { name: 'Keep the key' }).click();
  if (!isFirst) return;
  const dialog = app.getByRole('dialog', { name: 'Make a vault for keys' });
  await dialog.getByLabel('Passphrase').fill(PASSPHRASE);
  await dialog.getByLabel('The same again').fill(PASSPHRASE);
  await dialog.getByRole('button', { name: 'Make the vault' }).click();
}

async function unlock(app: Page): Promise<void> {
  const dialog = app.getByRole('dialog', { name: 'Unlock the vault' });
  await dialog.getByLabel('Passphrase').fill(PASSPHRASE);
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await expect(dialog).toBeHidden();
}

test('a key is kept in a vault, used, and never comes back to the page', async ({ app, api, scripted }) => {
  const heard: Promise<string>[] = [];
  app.on('response', (response) => {
    if (response.url().includes('/api/') && !response.url().endsWith('/events')) heard.push(response.text());
  });
  const keys = await keysOf(app, scripted);
  await expect(keys).toContainText('Servers on this machine seldom need one.');
  await keepInVault(app, keys, CANARY, true);
  await expect(keys.getByRole('row').filter({ hasText: 'main' })).toContainText('key found');
  await expect(keys.getByRole('row').filter({ hasText: 'main' })).toContainText('in use');
  expect((await api.keyStoreGet({})).vault).toBe('open');

  await keys.getByRole('button', { name: 'Add a key' }).click();
  await expect(keys.getByLabel('Key', { exact: true })).toHaveValue('');
  await expect(keys.getByLabel('Key', { exact: true })).toHaveAttribute('type', 'password');
  const page = await app.evaluate(() => [
    document.documentElement.outerHTML,
    JSON.stringify(Object.entries(localStorage)),
    JSON.stringify(Object.entries(sessionStorage)),
  ]);
  const texts = await Promise.allSettled(heard);
  const all = [...page, ...texts.flatMap((text) => (text.status === 'fulfilled' ? text.value : []))].join(
    '\n',
  );
  expect(all.includes(CANARY.slice(0, 12)) || all.includes(CANARY.slice(-8))).toBe(false);
});

test('of several keys one is used; another takes its place, and one is deleted', async ({
  app,
  api,
  scripted,
}) => {
  const keys = await keysOf(app, scripted);
  const row = (name: string) => keys.getByRole('row').filter({ hasText: name });
  await keepInVault(app, keys, CANARY, true);
  await expect(row('main')).toBeVisible();
  await keys.getByRole('button', { name: 'Add a key' }).click();
  await keys.getByLabel('Name').fill('Main');
  await keys.getByLabel('Key', { exact: true }).fill(CANARY);
  await keys.getByRole('button', { name: 'Keep the key' }).click();
  await expect(keys.getByText('Another key has this name')).toBeVisible();
  await keys.getByLabel('Name').fill('spare');
  await keys.getByRole('button', { name: 'Keep the key' }).click();
  await expect(row('spare')).toBeVisible();

  await row('spare').getByRole('button', { name: 'Use spare' }).click();
  await expect(row('spare')).toContainText('in use');
  await expect(row('main')).not.toContainText('in use');

  await row('main').getByRole('button', { name: 'Delete the key main' }).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(row('main')).toHaveCount(0);
  expect((await api.providerKeyList({ provider: scripted })).items.map(({ name }) => name)).toEqual([
    'spare',
  ]);
});

test('a key is replaced only once the provider has accepted the new one', async ({ app, scripted }) => {
  const keys = await keysOf(app, scripted);
  await keepInVault(app, keys, CANARY, true);
  await keys.getByRole('button', { name: 'Replace main' }).click();
  const form = keys.getByRole('form', { name: 'A new key for main' });
  await form.getByLabel('Key', { exact: true }).fill('sk-another-1234567890');
  await form.getByRole('combobox', { name: /^Ask a model/ }).fill('fail-401');
  await form.getByRole('button', { name: 'Test and replace' }).click();
  await expect(form.getByRole('alert')).toContainText('The old key stays');
  await expect(form.getByLabel('Key', { exact: true })).toHaveValue('');
  await form.getByLabel('Key', { exact: true }).fill('sk-another-1234567890');
  await form.getByRole('combobox', { name: /^Ask a model/ }).fill('words-20');
  await form.getByRole('button', { name: 'Test and replace' }).click();
  await expect(form).toBeHidden();
  await expect(keys.getByRole('row').filter({ hasText: 'main' })).toContainText('key found');
});

test('a locked vault is opened from a run that failed for it, and from the status bar', async ({
  app,
  api,
  host,
  workspace,
  scripted,
}) => {
  const keys = await keysOf(app, scripted);
  await keepInVault(app, keys, CANARY, true);
  await expect(keys.getByRole('row').filter({ hasText: 'main' })).toContainText('key found');
  await api.vaultLock({});
  await expect(keys.getByRole('row').filter({ hasText: 'main' })).toContainText('key locked');

  const model = `${scripted}:words-20`;
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  const card = column(app, model).getByRole('alert');
  await expect(card).toContainText('The key is locked away');
  await card.getByRole('button', { name: 'Unlock and try again' }).click();
  const dialog = app.getByRole('dialog', { name: 'Unlock the vault' });
  await dialog.getByLabel('Passphrase').fill('some other words');
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await expect(dialog).toContainText('does not open the vault');
  await expect(dialog.getByLabel('Passphrase')).toHaveValue('');
  await unlock(app);
  await expect(column(app, model)).toContainText('word20');

  // A vault is locked whenever FormaOps starts.
  await host.stop();
  const again = await Host.start(workspace);
  try {
    await app.goto(again.address);
    const bar = app.getByRole('contentinfo');
    await bar.getByRole('button', { name: /^Vault locked/ }).click();
    await unlock(app);
    await expect(bar.getByRole('button', { name: /^Vault locked/ })).toHaveCount(0);
  } finally {
    await again.stop();
  }
});

test('a variable holds the key; deleting it can be undone', async ({ app, api, scripted }) => {
  const keys = await keysOf(app, scripted);
  await keys.getByRole('button', { name: 'Add a key' }).click();
  await keys.getByText('Environment variable', { exact: true }).click();
  await keys.getByLabel('Environment variable with the key').fill('HOME');
  await keys.getByRole('button', { name: 'Use the variable' }).click();
  await expect(keys.getByText(/must be in capitals and end in/)).toBeVisible();
  await keys.getByLabel('Environment variable with the key').fill('FORMAOPS_TEST_KEY');
  await keys.getByRole('button', { name: 'Use the variable' }).click();
  await expect(keys).toContainText('key missing');
  await expect(keys).toContainText('was not set when FormaOps was started');

  const names = async () => (await api.providerKeyList({ provider: scripted })).items.map(({ name }) => name);
  await keys.getByRole('button', { name: 'Delete the key main' }).click();
  await expect.poll(names).toEqual([]);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(names).toEqual(['main']);
  await expect(keys.getByRole('row').filter({ hasText: 'main' })).toContainText('in use');
});

test('a key belongs to its address: another address does not get it', async ({ app, api, scripted }) => {
  const { id } = (await api.providerList({})).items.find(({ name }) => name === scripted) ?? { id: '' };
  await api.providerUpdate({ id, keyEnv: 'FORMAOPS_TEST_KEY' });
  const keys = await keysOf(app, scripted);
  await app.getByLabel('Address').fill('http://127.0.0.1:9/v1');
  await app.getByRole('button', { name: 'Save changes' }).click();
  await expect(keys).toContainText('key not sent');
  await expect(keys).toContainText('Check the address');
  await keys.getByRole('button', { name: 'Send the key to this address' }).click();
  await expect(keys).toContainText('key missing');
});
