import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run, template } from '../support/screens';

test('a prompt is made, written, saved, run, changed and restored', async ({ app }) => {
  await app.getByRole('button', { name: 'New prompt' }).click();
  const dialog = app.getByRole('dialog', { name: 'New prompt' });
  await dialog.getByLabel('Name').fill('greetings/hello');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const prompt = app.getByRole('region', { name: 'greetings/hello' });
  const message = template(prompt);

  await message.fill('Say hello to {{name}}.');
  await prompt.getByRole('textbox', { name: 'name not declared' }).fill('Ada');
  await app.keyboard.press('Control+s');
  await expect(prompt.getByText('v2', { exact: true })).toBeVisible();
  await chooseModels(app, ['dry-run:echo']);
  await run(app);
  await expect(column(app, 'dry-run:echo')).toContainText('Say hello to Ada.');

  await message.fill('Say goodbye to {{name}}.');
  await expect(prompt.getByText('unsaved draft')).toBeVisible();
  await prompt.getByRole('button', { name: 'Why this change (optional)' }).click();
  await app.getByRole('textbox', { name: 'Why this change (optional)' }).fill('the other way round');
  await app.getByRole('textbox', { name: 'Why this change (optional)' }).press('Enter');
  await expect(prompt.getByText('v3', { exact: true })).toBeVisible();

  await prompt.getByRole('tab', { name: 'Versions' }).click();
  const versions = prompt.getByRole('list', { name: 'Versions' });
  await expect(versions.getByRole('button')).toHaveCount(3);
  await expect(versions).toContainText('the other way round');
  await versions.getByRole('button', { name: /^v2/ }).click();
  const comparison = prompt.getByRole('region', { name: /^v2/ });
  await expect(comparison).toContainText('Say hello to');
  await expect(comparison).toContainText('Say goodbye to');
  await comparison.getByRole('button', { name: 'Restore v2' }).click();
  await expect(prompt.getByText('v4', { exact: true }).first()).toBeVisible();
  await prompt.getByRole('tab', { name: 'Edit' }).click();
  await expect(message).toHaveText('Say hello to {{name}}.');
});

test('unsaved work survives a reload of the page and the end of the host', async ({ app, api }) => {
  const prompt = await openPrompt(app, 'summarise');
  const message = template(prompt);
  await message.fill('A draft that nobody saved: {{text}}');
  await expect
    .poll(async () => (await api.promptList({})).items.find(({ name }) => name === 'summarise')?.hasDraft)
    .toBe(true);
  await app.reload();
  await expect(prompt.getByText('unsaved draft')).toBeVisible();
  await expect(message).toHaveText('A draft that nobody saved: {{text}}');
  await expect(prompt.getByText('v1', { exact: true })).toBeVisible();
});

test('a prompt is renamed, tagged, published, archived and found again', async ({ app }) => {
  await openPrompt(app, 'summarise');
  await app.getByRole('button', { name: 'More about this prompt' }).click();
  await app.getByRole('menuitem', { name: 'Name, title and tags' }).click();
  const facts = app.getByRole('dialog', { name: 'Name, title and tags' });
  await facts.getByLabel('Name').fill('texts/shorten');
  await facts.getByLabel('Tags').fill('daily');
  await facts.getByLabel('Tags').press('Enter');
  await facts.getByLabel('Title').focus();
  await facts.getByRole('button', { name: 'Apply' }).click();
  const renamed = app.getByRole('region', { name: 'texts/shorten' });
  await expect(renamed).toContainText('daily');

  await app.getByRole('button', { name: 'More about this prompt' }).click();
  await app.getByRole('menuitem', { name: 'Publish' }).click();
  await expect(renamed.getByText('published', { exact: true })).toBeVisible();

  await app.getByLabel('Filter by name or title').fill('shorten');
  const list = app.getByRole('complementary', { name: 'Prompts' }).getByRole('listitem');
  await expect(list).toHaveCount(1);
  await expect(list).toContainText('texts/shorten');
});

test('a name that is taken or not allowed is refused with the reason', async ({ app }) => {
  await app.getByRole('button', { name: 'New prompt' }).click();
  const dialog = app.getByRole('dialog', { name: 'New prompt' });
  for (const [name, reason] of [
    ['summarise', /taken|already|exists/],
    ['Not A Name', /lower|letters|`Not A Name`/i],
  ] as const) {
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expect(dialog).toContainText(reason);
  }
});

test('a deleted prompt comes back by undo, and from the bin', async ({ app }) => {
  const list = app.getByRole('complementary', { name: 'Prompts' });
  const remove = async () => {
    await openPrompt(app, 'summarise');
    await app.getByRole('button', { name: 'More about this prompt' }).click();
    await app.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(list.getByRole('link', { name: /^summarise/ })).toHaveCount(0);
  };
  await remove();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(list.getByRole('link', { name: /^summarise/ })).toBeVisible();

  await remove();
  await app.getByRole('button', { name: 'Filter by state and tag' }).click();
  await app.getByRole('menuitemradio', { name: 'Bin' }).click();
  await list
    .getByRole('listitem')
    .filter({ hasText: 'summarise' })
    .getByRole('button', { name: 'Restore' })
    .click();
  await app.getByRole('button', { name: 'Filter by state and tag' }).click();
  await app.getByRole('menuitemradio', { name: 'Current' }).click();
  await expect(list.getByRole('link', { name: /^summarise/ })).toBeVisible();
});

test('what somebody else saved meanwhile is not overwritten unasked', async ({ app, api }) => {
  const prompt = await openPrompt(app, 'summarise');
  const message = template(prompt);
  await message.fill('Mine: {{text}}');
  await expect(prompt.getByText('unsaved draft')).toBeVisible();
  const theirs = (await api.promptList({})).items.find(({ name }) => name === 'summarise');
  const { head } = await api.promptGet({ id: theirs?.id ?? '' });
  if (head === null) throw new Error('the sample has no version');
  const body = { kind: 'text' as const, template: 'Theirs: {{text}}' };
  await api.versionCreate({ id: head.promptId, content: { ...head.content, body } });
  await app.keyboard.press('Control+s');
  await expect(app.getByText('Somebody saved a newer version in the meantime')).toBeVisible();
  await expect(message).toHaveText('Mine: {{text}}');
  await app.getByRole('button', { name: 'Save mine on top' }).click();
  await expect(prompt.getByText('v3', { exact: true })).toBeVisible();
});
