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

test('what a screen has buttons and menus for is found in the palette by the words of it', async ({
  app,
}) => {
  const prompt = await openPrompt(app, 'code-review');
  await expect(app.getByRole('toolbar', { name: 'Models to run on' })).toBeVisible();
  await app.keyboard.press('Control+k');
  const entry = app.getByRole('dialog').getByRole('button');
  for (const [words, name] of [
    ['add provider', 'Add provider'],
    ['add key', 'Add key of a provider'],
    ['vault', 'Unlock the vault of keys'],
    ['budget', 'Go to budgets'],
    ['paste inputs', 'Paste inputs'],
    ['save inputs', 'Save inputs'],
    ['add message', 'Add message'],
    ['attach', 'Attach images or files'],
    ['find and replace', 'Find and replace in a message'],
    ['choose models', 'Choose models'],
    ['api key', 'New API key'],
  ] as const) {
    await palette(app).fill(words);
    await expect(entry.filter({ hasText: name })).toBeVisible();
  }
  await app.keyboard.press('Escape');

  const messages = prompt.getByRole('textbox', { name: /^Message / });
  const before = await messages.count();
  const first = messages.first();
  await first.click();
  await app.keyboard.press('Control+k');
  await palette(app).fill('find and replace');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('textbox', { name: 'Find' })).toBeFocused();
  await app.keyboard.press('Escape');
  await expect(first).toBeFocused();
  await app.keyboard.press('Control+k');
  await palette(app).fill('add message');
  await app.keyboard.press('Enter');
  await expect(messages).toHaveCount(before + 1);
  await expect(messages.last()).toBeFocused();
  await app.keyboard.press('Control+k');
  await palette(app).fill('paste inputs');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('dialog', { name: 'Paste inputs' }).getByRole('textbox')).toBeFocused();
  await app.keyboard.press('Escape');
  const chooser = app.waitForEvent('filechooser');
  await app.keyboard.press('Control+k');
  await palette(app).fill('attach');
  await app.keyboard.press('Enter');
  await chooser;

  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Budgets' }).click();
  await app.keyboard.press('Control+k');
  await palette(app).fill('new budget');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('dialog', { name: /budget/i })).toBeVisible();
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

test('open prompts have tabs that keep what they show, and are there after a reload', async ({ app }) => {
  const tabs = app.getByRole('navigation', { name: 'Open prompts' });
  const tab = (name: string) => tabs.getByRole('link', { name });
  const first = await openPrompt(app, 'summarise');
  await first.getByRole('tab', { name: 'Versions' }).click();
  const second = await openPrompt(app, 'code-review');
  await template(second).focus();
  await app.keyboard.press('Control+End');
  await app.keyboard.type('Not saved yet.');
  await expect(tab('code-review').getByRole('img', { name: 'unsaved draft' })).toBeVisible();

  await tab('summarise').click();
  await expect(first.getByRole('tab', { name: 'Versions' })).toHaveAttribute('aria-selected', 'true');
  await app.keyboard.press('Alt+Shift+PageDown');
  await expect(second.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(template(second)).toContainText('Not saved yet.');
  // What was typed before can still be undone.
  await template(second).focus();
  await app.keyboard.press('Control+z');
  await expect(template(second)).not.toContainText('Not saved yet.');

  await app.reload();
  await expect(tab('summarise')).toBeVisible();
  await expect(tab('code-review')).toHaveAttribute('aria-current', 'page');

  await tab('code-review').click({ button: 'middle' });
  await expect(first.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(tabs).toHaveCount(0);
  await app.keyboard.press('Control+k');
  await palette(app).fill('closed tab');
  await app.keyboard.press('Enter');
  await expect(second.getByRole('heading', { level: 1 })).toBeVisible();
});

test('keys and buttons go back and forward, and other places leave prompts as they are', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await prompt.getByRole('tab', { name: 'Rendered' }).click();
  await app.getByRole('link', { name: 'Runs', exact: true }).click();
  await expect(prompt).toHaveCount(0);
  await app.keyboard.press('Alt+ArrowLeft');
  await expect(prompt.getByRole('tab', { name: 'Rendered' })).toHaveAttribute('aria-selected', 'true');
  await app.getByRole('button', { name: 'Forward' }).click();
  await expect(app).toHaveURL(/\/runs$/);
  await app.getByRole('button', { name: 'Back' }).click();
  await expect(prompt.getByRole('heading', { level: 1 })).toBeVisible();
});

test('in a narrow window list and inputs are drawers that a key opens', async ({ app }) => {
  await app.setViewportSize({ width: 960, height: 600 });
  const list = app.getByRole('complementary', { name: 'Prompts' });
  await expect(list).toHaveCount(0);
  await app.keyboard.press('Control+b');
  await expect(list).toBeVisible();
  await app.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await app.keyboard.press('Control+b');
  await list.getByRole('link', { name: 'code-review ' }).click({ modifiers: ['Control'] });
  await expect(app.getByRole('toolbar', { name: 'What is selected' })).toBeVisible();
  // That one is open already.
  await list.getByRole('link', { name: 'code-review ' }).click();
  await expect(list).toHaveCount(0);
  await app.keyboard.press('Control+Shift+B');
  await expect(app.getByRole('dialog', { name: 'Inputs' })).toBeVisible();
});

test('the palette finds a prompt by letters of its name, and opens it', async ({ app }) => {
  await app.getByRole('link', { name: 'Runs', exact: true }).click();
  await app.keyboard.press('Control+k');
  await palette(app).fill('cdrv');
  await expect(chosen(app)).toContainText('code-review');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('region', { name: 'code-review', exact: true })).toBeVisible();
});

test('panes are as wide as they were drawn, by the mouse or the keys, after a reload too', async ({
  app,
}) => {
  const prompt = await openPrompt(app, 'summarise');
  const list = app.getByRole('complementary', { name: 'Prompts' });
  const width = async () => Math.round((await list.boundingBox())?.width ?? 0);
  const border = app.getByRole('separator', { name: 'Size of the list of prompts' });
  const at = await border.boundingBox();
  if (at === null) throw new Error('nothing to drag');
  const before = await width();
  await app.mouse.move(at.x + at.width / 2, at.y + 300);
  await app.mouse.down();
  await app.mouse.move(at.x + at.width / 2 + 90, at.y + 300, { steps: 4 });
  await app.mouse.up();
  await expect.poll(width).toBe(before + 90);
  await border.focus();
  await app.keyboard.press('ArrowLeft');
  await expect.poll(width).toBeLessThan(before + 90);
  const drawn = await width();
  await app.reload();
  await expect(prompt.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(width).toBe(drawn);
});

test('buttons say the keys that do the same', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  const bar = app.getByRole('toolbar', { name: 'Models to run on' });
  await expect(bar.getByRole('button', { name: /^Run/ })).toContainText('Ctrl');
  await template(prompt).fill('Another text');
  await expect(prompt.getByRole('button', { name: /^Save/ })).toContainText('Ctrl S');
  await expect(app.getByRole('button', { name: 'Back' })).toHaveAttribute('title', /Alt/);
});

test('tabs are put in another order and closed by keys, and all others at once', async ({ app }) => {
  const tabs = app.getByRole('navigation', { name: 'Open prompts' }).getByRole('link');
  for (const name of ['code-review', 'summarise', 'reply-to-customer']) await openPrompt(app, name);
  await expect(tabs).toHaveText(['code-review', 'summarise', 'reply-to-customer']);
  await tabs.last().press('Alt+Shift+ArrowLeft');
  await expect(tabs).toHaveText(['code-review', 'reply-to-customer', 'summarise']);
  await expect(tabs.nth(1)).toBeFocused();
  await tabs.first().press('Delete');
  await expect(tabs).toHaveText(['reply-to-customer', 'summarise']);
  await openPrompt(app, 'classify-ticket');
  await app.keyboard.press('Control+k');
  await palette(app).fill('close other tabs');
  await app.keyboard.press('Enter');
  await expect(tabs).toHaveCount(0);
  await expect(app.getByRole('region', { name: 'classify-ticket', exact: true })).toBeVisible();
});
