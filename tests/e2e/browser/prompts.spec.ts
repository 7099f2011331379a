import { expect, type Page, test } from '../support/browser-test';
import type { Api } from '../support/host';
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
  await saveElsewhere(api, 'Theirs: {{text}}');
  await app.keyboard.press('Control+s');
  await expect(app.getByText('Somebody saved a newer version in the meantime')).toBeVisible();
  await expect(message).toHaveText('Mine: {{text}}');
  await app.getByRole('button', { name: 'Save mine on top' }).click();
  await expect(prompt.getByText('v3', { exact: true })).toBeVisible();
});

/** Another window on the same workspace, with the login of the first. */
async function anotherWindow(app: Page): Promise<Page> {
  const [other] = await Promise.all([app.waitForEvent('popup'), app.evaluate(() => void open('/'))]);
  await other.getByRole('heading', { level: 1 }).waitFor();
  return other;
}

test('what was typed in another window is there, and never over what is typed here', async ({ app, api }) => {
  const here = await openPrompt(app, 'summarise');
  const id = new URL(app.url()).pathname.split('/').at(-1) ?? '';
  const kept = async () => {
    const { draft } = await api.promptGet({ id });
    const body = draft?.content.body;
    return body?.kind === 'messages' ? body.messages[0]?.template : body?.template;
  };
  await openPrompt(app, 'classify-ticket');
  const there = await openPrompt(await anotherWindow(app), 'summarise');

  await template(there).fill('While it was hidden: {{text}}');
  await expect.poll(kept).toBe('While it was hidden: {{text}}');
  await openPrompt(app, 'summarise');
  await expect(template(here)).toHaveText('While it was hidden: {{text}}');

  await template(there).fill('While it was shown: {{text}}');
  await expect(template(here)).toHaveText('While it was shown: {{text}}');

  await app.route('**/api/prompts/*/draft', (route) => route.abort());
  await template(here).fill('Mine: {{text}}');
  await template(there).fill('Theirs: {{text}}');
  await expect.poll(kept).toBe('Theirs: {{text}}');
  await app.unroute('**/api/prompts/*/draft');
  await expect.poll(kept).toBe('Mine: {{text}}');
  await expect(template(here)).toHaveText('Mine: {{text}}');
  await expect(template(there)).toHaveText('Mine: {{text}}');
});

/** Saves the summary prompt with another text, as another window or a command does. */
async function saveElsewhere(api: Api, text: string, note = ''): Promise<void> {
  const theirs = (await api.promptList({})).items.find(({ name }) => name === 'summarise');
  const { head } = await api.promptGet({ id: theirs?.id ?? '' });
  if (head === null) throw new Error('the sample has no version');
  const body = { kind: 'text' as const, template: text };
  await api.versionCreate({ id: head.promptId, content: { ...head.content, body }, note });
}

test('a version that is saved elsewhere is taken up where nothing was changed', async ({ app, api }) => {
  const here = await openPrompt(app, 'summarise');
  const there = await openPrompt(await anotherWindow(app), 'summarise');
  await saveElsewhere(api, 'Saved by a command: {{text}}');
  for (const prompt of [here, there]) {
    await expect(template(prompt)).toHaveText('Saved by a command: {{text}}');
    await expect(prompt.getByText('v2', { exact: true })).toBeVisible();
    await expect(prompt.getByText('unsaved draft')).toHaveCount(0);
    await expect(prompt.getByRole('alert')).toHaveCount(0);
  }

  // One window saves what both have on screen; the other goes on from there.
  await template(here).fill('Saved here: {{text}}');
  await expect(template(there)).toHaveText('Saved here: {{text}}');
  await app.keyboard.press('Control+s');
  for (const prompt of [here, there]) {
    await expect(prompt.getByText('v3', { exact: true })).toBeVisible();
    await expect(prompt.getByRole('alert')).toHaveCount(0);
  }
  await template(there).fill('And on: {{text}}');
  await there.getByRole('button', { name: /^Save/ }).click();
  await expect(here.getByText('v4', { exact: true })).toBeVisible();
  await expect(template(here)).toHaveText('And on: {{text}}');
});

test('a version that is saved elsewhere beside changes is told at once, and they are kept or given up', async ({
  app,
  api,
}) => {
  const here = await openPrompt(app, 'summarise');
  await template(here).fill('Mine: {{text}}');
  await expect(here.getByText('unsaved draft')).toBeVisible();
  const there = await openPrompt(await anotherWindow(app), 'summarise');
  await expect(template(there)).toHaveText('Mine: {{text}}');
  await saveElsewhere(api, 'Theirs: {{text}}', 'shorter');
  for (const prompt of [here, there]) {
    await expect(prompt.getByRole('alert')).toContainText('v2 was saved elsewhere');
    await expect(prompt.getByRole('alert')).toContainText('shorter');
    await expect(template(prompt)).toHaveText('Mine: {{text}}');
  }
  await here.getByRole('button', { name: 'Compare', exact: true }).click();
  const comparison = here.getByRole('region', { name: 'v2, On screen now' });
  await expect(comparison).toContainText('Theirs: {{text}}');
  await expect(comparison).toContainText('Mine: {{text}}');
  await here.getByRole('tab', { name: 'Edit' }).click();

  await here.getByRole('button', { name: 'Take theirs' }).click();
  await expect(template(here)).toHaveText('Theirs: {{text}}');
  await expect(here.getByRole('alert')).toHaveCount(0);
  await expect(here.getByText('unsaved draft')).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(template(here)).toHaveText('Mine: {{text}}');

  await here.getByRole('button', { name: 'Keep mine' }).click();
  await expect(here.getByRole('alert')).toHaveCount(0);
  await app.keyboard.press('Control+s');
  await expect(here.getByText('v3', { exact: true })).toBeVisible();
  await expect(template(here)).toHaveText('Mine: {{text}}');
});

test('a long list is read as it is scrolled, and only what is looked at is in the page', async ({
  app,
  api,
}) => {
  await api.importApply({
    files: Array.from({ length: 1050 }, (_, at) => ({
      name: `many/${String(at).padStart(4, '0')}.prompt`,
      data: btoa('Hello'),
    })),
  });
  await app.reload();
  const list = app.getByRole('complementary', { name: 'Prompts' });
  await expect(list.getByRole('heading')).toHaveText('Prompts 1,000+');
  expect(await list.getByRole('listitem').count()).toBeLessThan(100);

  await list.getByRole('link', { name: /^code-review/ }).focus();
  for (let at = 0; at < 60; at += 1) await app.keyboard.press('Tab');
  await expect(list.locator('a:focus')).toBeInViewport();
  await expect(list.locator('a:focus')).toContainText('many/');

  const last = list.getByRole('link', { name: /^summarise/ });
  await list.hover();
  await expect(async () => {
    await app.mouse.wheel(0, 20_000);
    await expect(last).toBeInViewport({ timeout: 100 });
  }).toPass();
  await last.click();
  await expect(app.getByRole('heading', { level: 1 })).toHaveText('summarise');
  expect(await list.getByRole('listitem').count()).toBeLessThan(100);
});

test('answers are checked against a schema that is written, until it is deleted', async ({
  app,
  api,
  scripted,
}) => {
  const model = `${scripted}:json`;
  const prompt = await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await prompt.getByRole('tab', { name: 'Validations' }).click();
  await prompt.getByRole('button', { name: 'Add validation' }).click();
  await app.getByRole('option', { name: /^JSON Schema/ }).click();
  await prompt.getByRole('textbox', { name: 'Name', exact: true }).fill('shape');
  const schema = prompt.getByRole('textbox', { name: 'JSON Schema: shape' });
  await schema.fill('{"required": ["no such field"]');
  await expect(prompt.getByText(/^Not valid JSON from line 1/)).toBeVisible();
  await schema.fill('{"required": ["no such field"]}');
  await prompt.getByRole('textbox', { name: 'text string, required' }).fill('Something long.');
  await run(app);
  await expect(column(app, model)).toContainText('0 of 1 hold');

  await prompt.getByRole('button', { name: 'Delete shape' }).click();
  await expect(schema).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).last().click();
  await expect(schema).toContainText('no such field');
  await expect
    .poll(async () => (await api.promptGet({ id: 'summarise' })).draft?.content.validations.length)
    .toBe(1);
});

test('a draft is given up, and comes back by undo', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await template(prompt).fill('Something else: {{text}}');
  await expect(prompt.getByText('unsaved draft')).toBeVisible();
  await prompt.getByRole('button', { name: 'More about this prompt' }).click();
  await app.getByRole('menuitem', { name: 'Discard draft' }).click();
  await expect(template(prompt)).not.toContainText('Something else');
  await expect(prompt.getByText('unsaved draft')).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).last().click();
  await expect(template(prompt)).toHaveText('Something else: {{text}}');
  await expect(prompt.getByText('unsaved draft')).toBeVisible();
});

test('prompts of one folder are told apart in their tabs', async ({ app, api }) => {
  const names = Array.from({ length: 12 }, (_, at) => `many/prompts/p${at + 10}`);
  for (const name of names) {
    const { prompt } = await api.promptCreate({
      name,
      content: {
        body: { kind: 'text', template: name },
        settings: { parameters: {} },
        validations: [],
        variables: [],
      },
    });
    await app.goto(new URL(`/prompts/${prompt.id}`, app.url()).href);
    await expect(app.getByRole('heading', { level: 1 })).toHaveText(name);
  }
  const tabs = app.getByRole('navigation', { name: 'Open prompts' });
  await expect(tabs.getByRole('link')).toHaveCount(13);
  for (const name of names) {
    const tab = tabs.getByRole('link', { name, exact: true });
    await expect(tab).toHaveText(name);
    const own = tab.getByText(name.slice('many/prompts/'.length), { exact: true });
    await expect.poll(() => own.evaluate((text) => text.scrollWidth - text.clientWidth), name).toBe(0);
  }
});
