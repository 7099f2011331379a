import { violations } from '../support/accessibility';
import { type Page, expect, test } from '../support/browser-test';
import type { Api } from '../support/host';
import { openPrompt } from '../support/screens';

const list = (app: Page) => app.getByRole('complementary', { name: 'Prompts' });
const rows = (app: Page) => list(app).getByRole('listitem');
const row = (app: Page, name: string) => list(app).getByRole('link', { name: `${name} ` });
const bar = (app: Page) => app.getByRole('toolbar', { name: 'What is selected' });

/** Chooses an entry of the menu of filters. */
async function filter(app: Page, entry: string, role: 'menuitem' | 'menuitemradio' = 'menuitemradio') {
  await app.getByRole('button', { name: 'Filter by state and tag' }).click();
  await app.getByRole(role, { name: entry, exact: role === 'menuitem' }).click();
}

async function statuses(api: Api): Promise<Record<string, string>> {
  const pages = await Promise.all([api.promptList({}), api.promptList({ status: 'archived' })]);
  return Object.fromEntries(pages.flatMap(({ items }) => items).map(({ name, status }) => [name, status]));
}

test('the list is narrowed by words, tag and state in the address, and going back widens it', async ({
  app,
  api,
}) => {
  const { items } = await api.promptList({ search: 'summarise' });
  await api.promptUpdate({ id: items[0]?.id ?? '', status: 'published' });
  await filter(app, 'support 2');
  await expect(rows(app)).toHaveCount(2);
  await expect(app).toHaveURL(/tag=support/);
  await openPrompt(app, 'reply-to-customer');
  await expect(app).toHaveURL(/prompts\/prm_.*tag=support/);
  await list(app).getByLabel('Filter by name or title').fill('reply');
  await expect(rows(app)).toHaveCount(1);
  await expect(app).toHaveURL(/find=reply/);
  await app.reload();
  await expect(rows(app)).toHaveCount(1);
  await expect(list(app).getByLabel('Filter by name or title')).toHaveValue('reply');
  await list(app).getByLabel('Filter by name or title').fill('');
  await list(app).getByRole('button', { name: 'Remove the filter by tag support' }).click();
  await expect(rows(app)).toHaveCount(4);
  await app.goBack();
  await expect(rows(app)).toHaveCount(2);
  await app.goForward();
  await filter(app, 'Published');
  await expect(rows(app)).toHaveText([/summarise/]);
  await expect(list(app).getByRole('heading', { level: 2 })).toContainText('Published');
});

test('a filter is saved under a name, applied, renamed, removed and brought back', async ({ app, api }) => {
  await filter(app, 'support 2');
  await list(app).getByLabel('Filter by name or title').fill('reply');
  await expect(rows(app)).toHaveCount(1);
  await filter(app, 'Save this filter', 'menuitem');
  const saving = app.getByRole('dialog', { name: 'Save this filter' });
  await saving.getByRole('button', { name: 'Save' }).click();
  await expect(saving).toContainText('A filter needs a name');
  await saving.getByLabel('Name').fill('Answers');
  await saving.getByRole('button', { name: 'Save' }).click();
  await expect(saving).toHaveCount(0);

  await list(app).getByLabel('Filter by name or title').fill('');
  await list(app).getByRole('button', { name: 'Remove the filter by tag support' }).click();
  await expect(rows(app)).toHaveCount(4);
  await filter(app, 'Answers', 'menuitem');
  await expect(rows(app)).toHaveText([/reply-to-customer/]);
  await expect(list(app).getByLabel('Filter by name or title')).toHaveValue('reply');

  await filter(app, 'Rename or remove saved filters', 'menuitem');
  const managing = app.getByRole('dialog', { name: 'Saved filters' });
  await managing.getByLabel('Name of Answers').fill('Replies');
  await managing.getByLabel('Name of Answers').press('Enter');
  await expect(managing.getByLabel('Name of Replies')).toBeVisible();
  await managing.getByRole('button', { name: 'Remove Replies' }).click();
  await expect(managing).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect
    .poll(async () => (await api.settingGet({ key: 'ui.prompt-filters' })).value)
    .toEqual([{ name: 'Replies', search: { tag: 'support', find: 'reply' } }]);
});

test('several prompts are selected by the pointer, archived at once, and brought back as one act', async ({
  app,
  api,
}) => {
  await row(app, 'classify-ticket').click({ modifiers: ['Control'] });
  await row(app, 'reply-to-customer').click({ modifiers: ['Shift'] });
  await expect(bar(app)).toContainText('3 selected');
  await row(app, 'code-review').click({ modifiers: ['Control'] });
  await expect(bar(app)).toContainText('2 selected');
  await expect(list(app).getByRole('status')).toHaveText('2 selected');
  await bar(app).getByRole('button', { name: 'Archive' }).click();
  await expect(rows(app)).toHaveText([/code-review/, /summarise/]);
  await expect(bar(app)).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(rows(app)).toHaveCount(4);
  expect(await statuses(api)).toMatchObject({ 'classify-ticket': 'draft', 'reply-to-customer': 'draft' });
});

test('by keys alone prompts are selected, tagged, published and deleted', async ({ app, api }) => {
  await openPrompt(app, 'code-review');
  await row(app, 'classify-ticket').focus();
  await app.keyboard.press('Shift+ArrowDown');
  await expect(bar(app)).toContainText('2 selected');
  await expect(row(app, 'code-review')).toBeFocused();
  await app.keyboard.press('ArrowDown');
  await app.keyboard.press('ArrowDown');
  await app.keyboard.press('Space');
  await expect(bar(app)).toContainText('3 selected');
  await app.keyboard.press('Escape');
  await expect(bar(app)).toHaveCount(0);
  await app.keyboard.press('Control+a');
  await expect(bar(app)).toContainText('4 selected');

  await bar(app).getByRole('button', { name: 'Add or remove tags' }).press('Enter');
  const tagging = app.getByRole('dialog', { name: 'Add or remove tags' });
  await tagging.getByLabel('Add tags').fill('all');
  await app.keyboard.press('Enter');
  await app.keyboard.press('Tab');
  await tagging.getByLabel('Remove tags').press('ArrowDown');
  await app.getByRole('option', { name: 'support' }).click();
  await app.keyboard.press('Escape');
  await tagging.getByRole('button', { name: 'Apply' }).click();
  await expect(row(app, 'classify-ticket')).toContainText('all · sample');
  await expect(app.getByText('Changed the tags of 4 prompts')).toBeVisible();

  await row(app, 'classify-ticket').focus();
  await app.keyboard.press('Shift+ArrowDown');
  await bar(app).getByRole('button', { name: 'Publish' }).press('Enter');
  await expect
    .poll(() => statuses(api))
    .toMatchObject({ 'classify-ticket': 'published', 'code-review': 'published' });
  await row(app, 'code-review').focus();
  await app.keyboard.press('Space');
  await bar(app).getByRole('button', { name: 'Delete' }).press('Enter');
  await expect(rows(app)).toHaveCount(3);
  await expect(app.getByRole('region', { name: 'code-review', exact: true })).toHaveCount(0);
  await filter(app, 'Bin');
  await rows(app).getByRole('button', { name: 'Restore' }).focus();
  await app.keyboard.press('Control+a');
  await bar(app).getByRole('button', { name: 'Restore' }).click();
  await filter(app, 'Current');
  await expect(rows(app)).toHaveCount(4);
});

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 960, height: 600 },
]) {
  test(`the library is accessible and whole at ${viewport.width} pixels`, async ({ app }) => {
    await app.setViewportSize(viewport);
    if (viewport.width === 960) await app.getByRole('button', { name: 'Prompts', exact: true }).click();
    await filter(app, 'support 2');
    await row(app, 'classify-ticket').focus();
    await app.keyboard.press('Shift+ArrowDown');
    await expect(bar(app)).toContainText('2 selected');
    await expect(bar(app).getByRole('button', { name: 'Select nothing' })).toBeInViewport();
    expect(await violations(app)).toEqual([]);
    await app.getByRole('button', { name: 'Filter by state and tag' }).click();
    await expect(app.getByRole('menuitem', { name: 'Save this filter' })).toBeInViewport();
    expect(await violations(app)).toEqual([]);
  });
}
