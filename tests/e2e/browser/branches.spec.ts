import { expect, type Page, test } from '../support/browser-test';
import { violations } from '../support/accessibility';
import type { Api } from '../support/host';
import { openPrompt } from '../support/screens';

const content = (system: string, temperature = 0.2) => ({
  body: {
    kind: 'messages' as const,
    messages: [
      { role: 'system' as const, template: system },
      { role: 'user' as const, template: '{{question}}' },
    ],
  },
  variables: [{ name: 'question', type: 'string' as const, required: false }],
  settings: { parameters: { temperature } },
  validations: [],
});

/** A prompt whose branch `tone` and `main` both changed the second line. */
async function apart(api: Api): Promise<string> {
  const { prompt } = await api.promptCreate({
    name: 'support/answer',
    content: content('Hello.\nBe kind.\nBe brief.\n'),
  });
  const id = prompt.id;
  await api.branchPut({ id, name: 'tone' });
  await api.versionCreate({
    id,
    branch: 'tone',
    note: 'Warmer',
    content: content('Hello.\nBe warm.\nBe brief.\n', 0.9),
  });
  await api.versionCreate({ id, note: 'Firmer', content: content('Hello.\nBe firm.\nBe brief.\n', 0.4) });
  return id;
}

async function versionsOf(app: Page) {
  await app.reload();
  const prompt = await openPrompt(app, 'support/answer');
  await prompt.getByRole('tab', { name: 'Versions' }).click();
  const list = prompt.getByRole('list', { name: 'Versions' });
  await expect(list.getByRole('button').first()).toBeVisible();
  return { prompt, list };
}

test('history shows every branch, and versions are labelled, tagged and compared by meaning', async ({
  app,
  api,
}) => {
  const id = await apart(api);
  const { prompt, list } = await versionsOf(app);
  await expect(list.getByRole('button')).toHaveCount(3);
  await expect(list.getByRole('button', { name: /^v3 main .*Firmer/ })).toBeVisible();
  await expect(list.getByRole('button', { name: /^v2 tone .*Warmer/ })).toBeVisible();

  await list.getByRole('button', { name: /^v2/ }).press('ArrowDown');
  await app.keyboard.press('Enter');
  await expect(list.getByRole('button', { name: /^v1/ })).toHaveAttribute('aria-pressed', 'true');
  const changes = prompt.getByRole('list', { name: 'What changed' });
  await expect(changes).toContainText('Message 1 (system): 1 line added, 1 removed');
  await expect(changes).toContainText('Temperature changed from 0.2 to 0.4');
  await prompt.getByRole('combobox', { name: 'Compare with' }).click();
  await app.getByRole('option', { name: 'v2' }).click();
  await expect(changes).toContainText('Temperature changed from 0.2 to 0.9');

  await prompt.getByRole('button', { name: 'More about v1' }).click();
  await app.getByRole('menuitem', { name: 'Label…' }).click();
  const label = app.getByRole('dialog', { name: 'Label v1' });
  await label.getByLabel('Name').fill('v7');
  await label.getByRole('button', { name: 'Save' }).click();
  await expect(label).toContainText('cannot name a branch or a label');
  await label.getByLabel('Name').fill('production');
  await label.getByRole('button', { name: 'Save' }).click();
  await expect(list.getByRole('button', { name: /^v1 production/ })).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(list.getByRole('button', { name: /production/ })).toHaveCount(0);

  await prompt.getByRole('button', { name: 'More about v1' }).click();
  await app.getByRole('menuitem', { name: 'Tags…' }).click();
  const tags = app.getByRole('dialog', { name: 'Tags of v1' });
  await tags.getByLabel('Tags').fill('baseline, measured');
  await tags.getByRole('button', { name: 'Save' }).click();
  await expect(list.getByRole('button', { name: /^v1 .*#baseline · #measured/ })).toBeVisible();
  expect((await api.versionList({ id, tag: 'measured' })).items.map(({ number }) => number)).toEqual([1]);
  expect(await violations(app)).toEqual([]);
});

test('a branch is made from an old version, worked on and left again', async ({ app, api }) => {
  const id = await apart(api);
  const { prompt, list } = await versionsOf(app);
  await list.getByRole('button', { name: /^v1/ }).click();
  await prompt.getByRole('button', { name: 'More about v1' }).click();
  await app.getByRole('menuitem', { name: 'Branch from here…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Branch from v1' });
  await dialog.getByLabel('Name').fill('shorter');
  await dialog.getByRole('button', { name: 'Make branch' }).click();
  await expect(prompt.getByText('on shorter')).toBeVisible();

  await prompt.getByRole('tab', { name: 'Edit' }).click();
  const message = prompt.getByRole('textbox', { name: /^Message 1, / });
  await expect(message).toContainText('Be kind.');
  await message.fill('Hi.');
  await app.keyboard.press('Control+s');
  await expect(prompt.getByText('v4', { exact: true })).toBeVisible();
  const head = async (name: string) => (await api.versionGet({ id, version: name })).number;
  expect([await head('shorter'), await head('main')]).toEqual([4, 3]);

  await prompt.getByRole('tab', { name: 'Versions' }).click();
  await prompt.getByRole('button', { name: 'Branch shorter' }).click();
  await app.getByRole('menuitemradio', { name: 'main' }).click();
  await expect(prompt.getByText('on shorter')).toHaveCount(0);
  await expect(prompt.getByText('v3', { exact: true }).first()).toBeVisible();
  await prompt.getByRole('tab', { name: 'Edit' }).click();
  await expect(message).toContainText('Be firm.');
});

test('what both branches changed is settled one by one, and saved as a version with both parents', async ({
  app,
  api,
}) => {
  const id = await apart(api);
  const { prompt, list } = await versionsOf(app);
  await prompt.getByRole('button', { name: 'Branch main' }).click();
  await app.getByRole('menuitem', { name: 'Merge tone into main…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Merge tone into main' });
  const result = dialog.getByRole('region', { name: 'Result' });
  await expect(dialog.getByRole('status')).toHaveText('2 to settle');
  const merge = dialog.getByRole('button', { name: 'Merge', exact: true });
  await expect(merge).toBeDisabled();
  const lines = dialog.getByRole('region', { name: 'Lines of message 1' });
  await expect(lines).toContainText('Be kind.');
  await lines.getByText('Take both').click();
  await expect(result).toContainText('Be firm.\nBe warm.\nBe brief.');
  await dialog.getByRole('button', { name: 'Next conflict' }).click();
  const temperature = dialog.getByRole('region', { name: 'Parameter temperature' });
  await temperature.getByText('By hand').click();
  await dialog.getByRole('textbox', { name: 'Your own' }).fill('0.6');
  await expect(result).toContainText('"temperature": 0.6');
  await expect(dialog.getByRole('status')).toHaveText('All settled');
  expect(await violations(app)).toEqual([]);
  await merge.click();
  await expect(list.getByRole('button', { name: /^v4 main .*Merged tone into main/ })).toBeVisible();
  const { content: merged, parents } = await api.versionGet({ id, version: 'main' });
  expect(merged.body).toEqual(content('Hello.\nBe firm.\nBe warm.\nBe brief.\n').body);
  expect(merged.settings.parameters.temperature).toBe(0.6);
  expect(parents).toHaveLength(2);
  await prompt.getByRole('tab', { name: 'Edit' }).click();
  await expect(prompt.getByRole('textbox', { name: /^Message 1, / })).toContainText('Be warm.');
});

test('what is in the bin comes back, or is deleted for good once that is confirmed', async ({ app, api }) => {
  for (const name of ['bin/one', 'bin/two', 'bin/three']) {
    await api.promptCreate({ name, content: content('x') });
    await api.promptDelete({ id: name });
  }
  const side = app.getByRole('complementary', { name: 'Prompts' });
  await side.getByRole('button', { name: 'Filter by state and tag' }).click();
  await app.getByRole('menuitemradio', { name: 'Bin' }).click();
  await app.keyboard.press('Escape');
  const row = (name: string) => side.getByRole('listitem').filter({ hasText: name });
  await row('bin/one').getByRole('button', { name: 'Restore' }).click();
  await expect(row('bin/one')).toHaveCount(0);
  await side.getByRole('button', { name: 'Delete bin/two for good' }).click();
  const sure = app.getByRole('dialog', { name: 'Delete bin/two for good?' });
  await sure.getByRole('button', { name: 'Cancel' }).click();
  await expect(row('bin/two')).toBeVisible();
  await side.getByRole('button', { name: 'Delete bin/two for good' }).click();
  await sure.getByRole('button', { name: 'Delete for good' }).click();
  await expect(row('bin/two')).toHaveCount(0);
  await side.getByRole('button', { name: 'Empty the bin' }).click();
  await app
    .getByRole('dialog', { name: 'Delete 1 prompt for good?' })
    .getByRole('button', { name: 'Delete for good' })
    .click();
  await expect(side).toContainText('The bin is empty');
  expect((await api.promptList({ deleted: true })).items).toEqual([]);
  expect((await api.promptList({ search: 'bin/' })).items.map(({ name }) => name)).toEqual(['bin/one']);
});
