import { expect, test } from '../support/browser-test';
import { openPrompt, template } from '../support/screens';

test('editors are as they were chosen, in every prompt and after a reload', async ({ app }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Editor', exact: true }).click();
  const sample = app.getByRole('textbox', { name: 'Try it here' });
  await expect(sample).toHaveCSS('font-size', '12.5px');
  await app.getByRole('textbox', { name: 'Size of letters' }).fill('18');
  await expect(sample).toHaveCSS('font-size', '18px');
  await app.getByRole('switch', { name: 'Line numbers' }).press('Space');
  const numbered = app.locator('.cm-lineNumbers').filter({ visible: true });
  await expect(numbered).toHaveCount(0);
  await app.getByRole('switch', { name: 'Close brackets' }).press('Space');
  await sample.fill('{');
  await expect(sample).toHaveText('{');

  // One that was open before, and is shown again, is as the others.
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  const before = app.getByRole('textbox', { name: /^Message 1, / });
  await expect(before).toHaveCSS('font-size', '18px');
  await expect(numbered).toHaveCount(0);

  await app.reload();
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  const prompt = await openPrompt(app, 'summarise');
  await expect(template(prompt)).toHaveCSS('font-size', '18px');
  await expect(prompt.locator('.cm-lineNumbers')).toHaveCount(0);
});

test('data says where the workspace lies and what it takes', async ({ app, workspace }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Data', exact: true }).click();
  await expect(app.getByText(workspace.folder)).toBeVisible();
  const size = app.getByRole('region', { name: 'What it takes of the disk' });
  await expect(size).toContainText(/Database\d+ KiB/);
  await expect(size).toContainText('are free');
  await expect(app.getByText('The last two.')).toBeVisible();
});

test('the end of a long run is told outside of the page once that is wanted', async ({ app, context }) => {
  const wanted = () => app.getByRole('switch', { name: 'Tell when a long run has ended' });
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Appearance', exact: true }).click();
  await expect(wanted()).not.toBeChecked();
  await context.grantPermissions(['notifications']);
  await wanted().press('Space');
  await expect(wanted()).toBeChecked();
  await app.reload();
  await expect(wanted()).toBeChecked();
});

test('long lines of an editor wrap unless that is not wanted', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await template(prompt).fill('a long line '.repeat(100));
  const scroller = prompt.locator('.cm-scroller').first();
  const hidden = () => scroller.evaluate((element) => element.scrollWidth - element.clientWidth);
  await expect.poll(hidden).toBe(0);
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Editor', exact: true }).click();
  await app.getByRole('switch', { name: 'Wrap long lines' }).press('Space');
  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  await expect.poll(hidden).toBeGreaterThan(1000);
});

test('about tells the version, and the licences of what it is made of', async ({ app, api }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'About', exact: true }).click();
  const { programVersion } = await api.workspaceGet({});
  await expect(app.getByText(programVersion, { exact: true })).toBeVisible();
  await app.getByRole('button', { name: /notices/i }).click();
  await expect(app.getByRole('dialog')).toContainText('MIT');
});

test('colours are chosen in the settings, and stay chosen', async ({ app }) => {
  await app.emulateMedia({ colorScheme: 'light' });
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Appearance', exact: true }).click();
  const page = app.locator('html');
  const schemes = app.getByRole('radiogroup', { name: 'Colours' });
  await schemes.getByText('Dark').click();
  await expect(page).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await app.reload();
  await expect(schemes.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await expect(page).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('a key for other programs is shown once, holds, and is ended', async ({ app, host }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'About', exact: true }).click();
  await app.getByRole('button', { name: 'Make a key' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('reports');
  await dialog.getByRole('checkbox', { name: 'Run' }).uncheck();
  await dialog.getByRole('button', { name: 'Make key' }).click();
  const secret = (await dialog.getByLabel('The new key').last().textContent()) ?? '';
  // A click beside it or Esc would lose it.
  await app.keyboard.press('Escape');
  await expect(dialog).toContainText('It is not kept and cannot be shown again.');
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  const row = app.getByRole('row').filter({ hasText: 'reports' });
  await expect(row.getByRole('cell').first()).toHaveText('Read');
  await expect(app.getByText(secret)).toHaveCount(0);

  const status = async () => {
    const headers = { Authorization: `Bearer ${secret}` };
    return (await fetch(new URL('/api/prompts', host.origin), { headers })).status;
  };
  expect(await status()).toBe(200);
  await row.getByRole('button', { name: 'End key reports' }).click();
  await app.getByRole('dialog', { name: 'End reports?' }).getByRole('button', { name: 'End key' }).click();
  await expect(row).toContainText('ended');
  expect(await status()).toBe(401);
});
