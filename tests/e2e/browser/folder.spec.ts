import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from '../support/browser-test';
import { violations } from '../support/accessibility';
import { chooseModels, openPrompt, run, template } from '../support/screens';

/** A folder with one file. */
const test = base.extend<{ folder: string }>({
  folder: async ({}, use) => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'formaops-prompts-')));
    await writeFile(join(folder, 'greet.prompt'), '---\n# by hand\n---\nHello {{name}}\n');
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

test('a folder is linked, its edits are seen at once, and what is saved is in the file', async ({
  app,
  api,
  folder,
}) => {
  const file = join(folder, 'greet.prompt');
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Folder', exact: true }).click();
  await app.getByRole('textbox', { name: 'Folder' }).fill('prompts');
  await app.getByRole('button', { name: 'Link folder' }).click();
  await expect(app.getByText('is not a full path')).toBeVisible();
  await app.getByRole('textbox', { name: 'Folder' }).fill(folder);
  await app.getByRole('button', { name: 'Link folder' }).click();
  await expect(app.getByText('Followed')).toBeVisible();
  await expect(app.getByText('1 file', { exact: true })).toBeVisible();

  await app.getByRole('link', { name: 'Prompts', exact: true }).click();
  const prompt = await openPrompt(app, 'greet');
  await expect(template(prompt)).toHaveText('Hello {{name}}');
  await writeFile(file, '---\n# by hand\n---\nHello {{name}}, from an editor\n');
  await expect(template(prompt)).toHaveText('Hello {{name}}, from an editor');
  await expect(prompt.getByText('v2', { exact: true })).toBeVisible();
  await expect(prompt.getByText('unsaved draft')).toBeHidden();

  await template(prompt).fill('Hello {{name}}, from here');
  await app.keyboard.press('Control+s');
  await expect(prompt.getByText('v3', { exact: true })).toBeVisible();
  await expect.poll(() => readFile(file, 'utf8')).toBe('---\n# by hand\n---\nHello {{name}}, from here');

  // Nothing of it runs before it is trusted.
  await writeFile(file, 'Hello {{name}}');
  await expect(prompt.getByText('v4', { exact: true })).toBeVisible();
  await prompt.getByRole('textbox', { name: 'name' }).fill('Ada');
  await chooseModels(app, ['dry-run:echo']);
  await run(app);
  await expect(app.getByText('which is not trusted')).toBeVisible();
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Folder', exact: true }).click();
  await app.getByRole('button', { name: 'Trust folder' }).click();
  await expect(app.getByRole('button', { name: 'Trust folder' })).toBeHidden();
  expect((await api.folderGet({})).folder?.trusted).toBe(true);
});

test('what both sides changed waits until somebody chooses', async ({ app, api, folder }) => {
  const file = join(folder, 'greet.prompt');
  const content = {
    body: { kind: 'text' as const, template: 'Good day {{name}}' },
    variables: [],
    settings: { parameters: {} },
    validations: [],
  };
  await api.promptCreate({ name: 'greet', content });
  await api.folderLink({ path: folder });
  await app.getByRole('contentinfo').getByRole('link', { name: '1 file to decide' }).click();
  const conflict = app.getByRole('article', { name: 'greet.prompt' });
  await expect(conflict.getByText('Good day {{name}}')).toBeVisible();
  await expect(conflict.getByText('Hello {{name}}')).toBeVisible();
  expect(await readFile(file, 'utf8')).toContain('Hello {{name}}');
  await conflict.getByRole('button', { name: 'Keep what is here' }).click();
  await expect(conflict).toBeHidden();
  expect(await readFile(file, 'utf8')).toBe('---\n# by hand\n---\nGood day {{name}}');
});

test('what both sides changed is settled in the merge editor, and the file says so', async ({
  app,
  api,
  folder,
}) => {
  const file = join(folder, 'greet.prompt');
  await writeFile(file, '---\n# by hand\nmine: 7\n---\nHello {{name}}\nBye\n');
  const content = {
    body: { kind: 'text' as const, template: 'Good day {{name}}\nBye\n' },
    variables: [],
    settings: { parameters: {} },
    validations: [],
  };
  const { prompt } = await api.promptCreate({ name: 'greet', title: 'Greeting', content });
  await api.folderLink({ path: folder });
  await app.getByRole('contentinfo').getByRole('link', { name: '1 file to decide' }).click();
  const conflict = app.getByRole('article', { name: 'greet.prompt' });
  await conflict.getByRole('button', { name: 'Merge…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Merge greet.prompt' });
  const save = dialog.getByRole('button', { name: 'Save both' });
  await expect(save).toBeDisabled();
  const lines = dialog.getByRole('region', { name: 'Lines of the text' });
  await lines.getByText('By hand').click();
  await dialog.getByRole('textbox', { name: 'Your own' }).fill('Hello and good day {{name}}\nBye\n');
  await expect(dialog.getByRole('region', { name: 'Result' })).toContainText('Hello and good day {{name}}');
  expect(await violations(app)).toEqual([]);

  // The file is edited meanwhile: what was chosen was about another one.
  await writeFile(file, '---\n# by hand\nmine: 7\n---\nHello dear {{name}}\nBye\n');
  await expect(lines).toContainText('Hello dear {{name}}');
  await expect(save).toBeDisabled();
  await lines.getByText('By hand').click();
  await dialog.getByRole('textbox', { name: 'Your own' }).fill('Good day, dear {{name}}\nBye\n');
  await save.click();
  await expect(conflict).toBeHidden();
  const text =
    '---\n# by hand\nmine: 7\next:\n  formaops:\n    title: Greeting\n---\nGood day, dear {{name}}\nBye\n';
  expect(await readFile(file, 'utf8')).toBe(text);
  const { head } = await api.promptGet({ id: prompt.id });
  expect(head?.content.body).toEqual({ kind: 'text', template: 'Good day, dear {{name}}\nBye\n' });
});

test('a file that cannot be read stays as it is beside what is here', async ({ app, api, folder }) => {
  const file = join(folder, 'greet.prompt');
  const content = {
    body: { kind: 'text' as const, template: 'Good day {{name}}' },
    variables: [],
    settings: { parameters: {} },
    validations: [],
  };
  await api.promptCreate({ name: 'greet', content });
  await api.folderLink({ path: folder });
  await app.getByRole('contentinfo').getByRole('link', { name: '1 file to decide' }).click();
  const conflict = app.getByRole('article', { name: 'greet.prompt' });
  await expect(conflict.getByRole('button', { name: 'Merge…' })).toBeEnabled();
  await writeFile(file, '---\nmodel: x\n---\nHello, half done {{name}}\n');
  await expect(conflict.getByText('The file cannot be read (line 2, column 1)')).toBeVisible();
  await expect(conflict.getByText('Hello, half done')).toBeVisible();
  await expect(conflict.getByRole('button', { name: 'Merge…' })).toBeDisabled();
  await expect(conflict.getByRole('button', { name: 'Take the file' })).toBeDisabled();
  expect(await readFile(file, 'utf8')).toContain('half done');
  await conflict.getByRole('button', { name: 'Keep what is here' }).click();
  await expect(conflict).toBeHidden();
  expect(await readFile(file, 'utf8')).toBe('Good day {{name}}');
});
