import { violations } from '../support/accessibility';
import { type Page, expect, test } from '../support/browser-test';
import type { Api } from '../support/host';
import { openPrompt } from '../support/screens';

const input = (app: Page) => app.getByPlaceholder('Search prompts and commands');
const chosen = (app: Page) => app.locator('[data-selected]');
const entry = (app: Page, text: string | RegExp) =>
  app.getByRole('dialog').getByRole('button', { name: text });

/** A prompt with two versions, of which the first alone speaks of parcels. */
async function letter(api: Api): Promise<string> {
  const body = (template: string) => ({ kind: 'text' as const, template });
  const content = {
    body: body('Your parcel left the harbour.'),
    variables: [],
    settings: { parameters: {} },
    validations: [],
  };
  const { prompt } = await api.promptCreate({ name: 'letters/delivery', content });
  await api.versionCreate({
    id: prompt.id,
    content: { ...content, body: body('All is well with {{name}}.') },
    note: 'Calmer',
  });
  return prompt.id;
}

test('the palette searches texts as somebody types, and leads to the version in its history', async ({
  app,
  api,
}) => {
  const id = await letter(api);
  await app.keyboard.press('Control+k');
  await input(app).pressSequentially('parcel harb');
  const hit = entry(app, /letters\/delivery v1/);
  await expect(hit).toBeVisible();
  await expect(hit.locator('mark')).toHaveText(['parcel', 'harbour']);
  await expect(app.getByRole('status').filter({ hasText: '1 in versions, 0 in runs' })).toBeAttached();
  await app.keyboard.press('ArrowDown');
  await expect(chosen(app)).toContainText('letters/delivery');
  await app.keyboard.press('Enter');
  await expect(app).toHaveURL(new RegExp(`/prompts/${id}\\?version=ver_`));
  const versions = app.getByRole('list', { name: 'Versions' });
  await expect(versions.getByRole('button', { pressed: true })).toContainText('v1');

  // The same again, from another tab of the prompt.
  await app.getByRole('tab', { name: 'Edit', exact: true }).click();
  await app.keyboard.press('Control+k');
  await input(app).fill('calmer');
  await entry(app, /letters\/delivery v2/).click();
  await expect(versions.getByRole('button', { pressed: true })).toContainText('v2');
  await app.goBack();
  await expect(versions.getByRole('button', { pressed: true })).toContainText('v1');
  await app.reload();
  await expect(versions.getByRole('button', { pressed: true })).toContainText('v1');
});

test('the palette finds an answer and opens the execution beside its run', async ({ app, api }) => {
  const id = await letter(api);
  const { run } = await api.runCreate({
    prompt: id,
    models: [{ model: 'dry-run:echo' }],
    inputs: { name: 'Marmalade' },
  });
  await expect.poll(async () => (await api.runGet({ id: run.id })).run.status).toBe('completed');
  await app.keyboard.press('Control+k');
  await input(app).fill('marma');
  const hit = entry(app, /letters\/delivery dry-run:echo/);
  await expect(hit.locator('mark')).toHaveText('Marmalade');
  await hit.click();
  const details = app.getByRole('dialog', { name: 'Execution' });
  await expect(details).toContainText('dry-run:echo');
  await expect(app.getByRole('article', { name: 'dry-run:echo' })).toContainText('Marmalade');
  await app.keyboard.press('Escape');
  await expect(details).toHaveCount(0);
  await expect(app).toHaveURL(new RegExp(`/runs/${run.id}$`));
});

test('what is typed last counts, and what nothing has is said once', async ({ app, api }) => {
  await letter(api);
  await app.keyboard.press('Control+k');
  await input(app).fill('parcel');
  await expect(entry(app, /letters\/delivery v1/)).toBeVisible();
  await input(app).fill('well');
  await expect(entry(app, /letters\/delivery v2/)).toBeVisible();
  await expect(entry(app, /letters\/delivery v1/)).toHaveCount(0);
  await input(app).fill('"NEAR( zzqx *');
  await expect(app.getByText('Nothing matches')).toHaveCount(1);
  await input(app).fill('');
  await expect(entry(app, /letters\/delivery v/)).toHaveCount(0);
  await expect(app.getByText('Nothing matches')).toHaveCount(0);
});

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 960, height: 600 },
]) {
  test(`hits in the palette are accessible at ${viewport.width} pixels`, async ({ app, api }) => {
    await app.setViewportSize(viewport);
    await letter(api);
    await app.keyboard.press('Control+k');
    await input(app).fill('parcel');
    await expect(entry(app, /letters\/delivery v1/)).toBeVisible();
    expect(await violations(app)).toEqual([]);
    await app.keyboard.press('ArrowDown');
    expect(await violations(app)).toEqual([]);
  });
}

test('keys belong to the palette from Ctrl+K on, also while it is being loaded', async ({ app, api }) => {
  await letter(api);
  let load: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    load = resolve;
  });
  await app.route(/\/assets\/Palette-.*\.js$/, async (route) => {
    await loaded;
    await route.continue();
  });
  await app.reload();
  await openPrompt(app, 'letters/delivery');
  const text = app.getByRole('textbox', { name: 'Template' });
  await text.click();
  await app.keyboard.press('Control+k');
  await app.keyboard.type('go to heav');
  await app.keyboard.press('Backspace');
  await app.keyboard.press('Backspace');
  await app.keyboard.press('Enter');
  load();
  await expect(app).toHaveURL(/\/health/);
  await app.goBack();

  await text.click();
  for (const key of ['Control+k', ...'audit'.split('')]) await app.keyboard.press(key);
  await expect(input(app)).toHaveValue('audit');
  await expect(input(app)).toBeFocused();
  await expect(chosen(app)).toContainText('Go to the audit trail');
  await app.keyboard.press('Escape');
  await expect(text).toHaveText('All is well with {{name}}.');
  await expect(text).toBeFocused();
});
