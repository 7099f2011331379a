import { type Page, expect, test } from '../support/browser-test';
import { openPrompt, template } from '../support/screens';

const palette = (app: Page) => app.getByPlaceholder('Search prompts and commands');
const chosen = (app: Page) => app.locator('[data-action][data-selected]');

test('the palette carries out what the screen can do, and says its keys', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await app.keyboard.press('Control+k');
  await palette(app).fill('show versions');
  await expect(chosen(app)).toHaveText('Show versions');
  await app.keyboard.press('Enter');
  await expect(prompt.getByRole('tab', { name: 'Versions' })).toHaveAttribute('aria-selected', 'true');

  await app.keyboard.press('Control+k');
  await palette(app).fill('save');
  await expect(chosen(app)).toHaveText(/^Save\s*Ctrl S$/);
  await palette(app).fill('publish');
  await app.keyboard.press('Enter');
  await expect(prompt.getByText('published', { exact: true })).toBeVisible();

  // Elsewhere there is no prompt to publish, and nothing says there were.
  await app.getByRole('link', { name: 'Runs', exact: true }).click();
  await app.keyboard.press('Control+k');
  await palette(app).fill('publish prompt');
  await expect(app.getByText('Nothing matches')).toBeVisible();
});

test('a sheet lists all shortcuts; its key is a letter like others in a field', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await template(prompt).focus();
  await app.keyboard.press('Control+End');
  await app.keyboard.type('?');
  await expect(template(prompt)).toContainText('?');
  const sheet = app.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toHaveCount(0);

  await app.getByRole('link', { name: 'Runs', exact: true }).click();
  await app.keyboard.press('?');
  await expect(sheet.getByText('Stop the run')).toBeVisible();
  await expect(sheet).toContainText('Ctrl ⏎');
  await app.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
});

test('what was done last is undone by a key, and said', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await app.keyboard.press('Control+k');
  await palette(app).fill('publish');
  await app.keyboard.press('Enter');
  await expect(prompt.getByText('published', { exact: true })).toBeVisible();
  await app.keyboard.press('Control+k');
  await palette(app).fill('archive prompt');
  await app.keyboard.press('Enter');
  await expect(prompt.getByText('archived', { exact: true })).toBeVisible();

  await app.keyboard.press('Control+z');
  await expect(prompt.getByText('published', { exact: true })).toBeVisible();
  await expect(app.getByText('Undone: archived')).toBeVisible();
  await app.keyboard.press('Control+z');
  await expect(app.getByText('Undone: published')).toBeVisible();
  await expect(prompt.getByText('published', { exact: true })).toHaveCount(0);
});

test('in an editor the key undoes what was typed there', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await app.keyboard.press('Control+k');
  await palette(app).fill('publish');
  await app.keyboard.press('Enter');
  await expect(prompt.getByText('published', { exact: true })).toBeVisible();
  await template(prompt).focus();
  await app.keyboard.press('Control+End');
  await app.keyboard.type('Briefly.');
  await expect(template(prompt)).toContainText('Briefly.');
  await app.keyboard.press('Control+z');
  await expect(template(prompt)).not.toContainText('Briefly.');
  await expect(prompt.getByText('published', { exact: true })).toBeVisible();
});
