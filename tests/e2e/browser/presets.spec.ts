import type { Preset } from '../../../ui/src/bindings/types';
import { type Page, expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

const PASSPHRASE = 'three quiet words';
/** How many columns stand side by side at most. */
const MOST_COLUMNS = 8;

/** Where the scripted server speaks the wire format of a preset. */
function standIn({ kind }: Preset, baseUrl: string): string {
  const path = { gemini: '/v1beta', ollama: '/', bedrock: '/' } as Partial<Record<Preset['kind'], string>>;
  return new URL(path[kind] ?? '/v1', baseUrl).href;
}

/** Chooses the card of a preset and adds the provider as it stands there. */
async function add(app: Page, preset: Preset, address: string): Promise<void> {
  await app.getByLabel('Search vendors and servers').fill(preset.title);
  await app
    .getByRole('button', { name: `${preset.title} `, exact: false })
    .first()
    .click();
  await expect(app.getByRole('heading', { name: preset.title, exact: true })).toBeVisible();
  if (preset.template) await app.getByLabel(preset.template.label).fill(preset.template.example);
  else if (preset.baseUrl === null) await app.getByLabel('Address').fill(address);
  await expect(app.getByLabel('Address')).not.toHaveValue('');
  await app.getByRole('button', { name: 'Add provider' }).click();
  await expect(app.getByRole('heading', { name: preset.id, exact: true })).toBeVisible();
}

/** Keeps a key in the vault, which is made for the first one. */
async function giveKey(app: Page, isFirst: boolean): Promise<void> {
  // At an address on this machine it is offered, but not asked for.
  await app.getByRole('button', { name: 'Add a key' }).click();
  const form = app.getByRole('form', { name: 'A new key' });
  await form.getByText('Vault', { exact: true }).click();
  await form.getByLabel('Key', { exact: true }).fill('a-key-of-a-newcomer');
  await form.getByRole('button', { name: 'Keep the key' }).click();
  if (isFirst) {
    const dialog = app.getByRole('dialog', { name: 'Make a vault for keys' });
    await dialog.getByLabel('Passphrase').fill(PASSPHRASE);
    await dialog.getByLabel('The same again').fill(PASSPHRASE);
    await dialog.getByRole('button', { name: 'Make the vault' }).click();
  }
  await expect(app.getByRole('region', { name: 'Keys', exact: true })).toContainText('key found');
}

test('a newcomer adds every vendor and server, gives it its key, tests it, and runs on it', async ({
  app,
  api,
  models,
}) => {
  test.slow();
  const presets = (await api.presetList({})).items;
  let hasVault = false;
  for (const preset of presets) {
    const address = standIn(preset, models.baseUrl);
    await app.getByRole('link', { name: 'Settings', exact: true }).click();
    const another = app.getByRole('link', { name: 'Add a provider' });
    // Where there is no provider yet, they are shown at once.
    await expect(another.or(app.getByLabel('Search vendors and servers')).first()).toBeVisible();
    if (await another.isVisible()) await another.click();
    await add(app, preset, address);
    if (preset.keyPage !== null) {
      // It asks for the key at once, and says where to get one.
      const form = app.getByRole('form', { name: 'A new key' });
      await expect(form.getByRole('button', { name: preset.keyPage })).toBeVisible();
    }
    // No vendor can be reached from a test: from here on the scripted server speaks in its place.
    if ((await app.getByLabel('Address').inputValue()) !== address) {
      await app.getByLabel('Address').fill(address);
      await app.getByRole('button', { name: 'Save changes' }).click();
      await expect(app.getByRole('button', { name: 'Save changes' })).toBeDisabled();
    }
    if (preset.keyPage !== null) {
      await giveKey(app, !hasVault);
      hasVault = true;
    }
    const connection = app.getByRole('region', { name: 'Connection' });
    await connection.getByRole('combobox', { name: /^With a (model|deployment)/ }).fill('words-20');
    await connection.getByRole('button', { name: 'Test connection' }).click();
    await expect(connection, preset.id).toContainText('The model answered in');
  }

  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await openPrompt(app, 'summarise');
  for (let first = 0; first < presets.length; first += MOST_COLUMNS) {
    const asked = presets.slice(first, first + MOST_COLUMNS).map(({ id }) => `${id}:words-20`);
    await chooseModels(app, asked);
    await run(app);
    for (const model of asked) await expect(column(app, model), model).toContainText('word20');
  }
});
