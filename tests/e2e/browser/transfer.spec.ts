import { readFile } from 'node:fs/promises';
import { type Page, expect, test } from '../support/browser-test';
import { openPrompt } from '../support/screens';

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

const CONFIG = file(
  'promptfooconfig.yaml',
  [
    'prompts:',
    '  - id: greet',
    '    raw: "Hello {{ name | upper }}{{ name | weird }}"',
    '  - id: summarise',
    '    raw: "In one word: {{ text }}"',
    'providers: [openai:chat:gpt-4o]',
    'tests:',
    '  - vars: { name: Ada, text: Long }',
    '    assert: [{ type: contains, value: Ada }]',
  ].join('\n'),
);

async function choose(app: Page, files: ReturnType<typeof file>[]) {
  await app.getByRole('button', { name: 'Import prompts' }).click();
  const dialog = app.getByRole('dialog', { name: 'Import prompts' });
  await dialog.locator('input[type=file]').setInputFiles(files);
  return dialog;
}

test('files of another tool are looked at, imported, and put in the bin again', async ({ app, api }) => {
  const before = (await api.promptList({})).items.length;
  const dialog = await choose(app, [CONFIG]);
  const greet = dialog.getByRole('region', { name: 'greet', exact: true });
  await expect(greet).toContainText('not taken over');
  await expect(greet).toContainText('{{ name | weird }} has no counterpart');
  await expect(greet).toContainText('promptfooconfig.yaml: prompts[0], line 1');
  await expect(greet.locator('pre')).toContainText('{{upper name}}{{jinja "name | weird"}}');
  await expect(dialog).toContainText('assertions are not taken over: contains (1)', { ignoreCase: true });
  expect((await api.promptList({})).items.length, 'nothing is changed by looking').toBe(before);

  await dialog.getByRole('button', { name: /^summarise/ }).click();
  await expect(dialog.getByLabel('Name for summarise')).toHaveValue('summarise-2');
  await dialog.getByLabel('Name for summarise').fill('Not a name');
  await expect(dialog.getByRole('button', { name: 'Import 2 prompts' })).toBeDisabled();
  await dialog.getByLabel('Name for summarise').fill('from/elsewhere');
  await dialog.getByRole('button', { name: 'Import 2 prompts' }).click();

  await expect(app.getByRole('heading', { level: 1, name: 'greet' })).toBeVisible();
  const names = async () => (await api.promptList({})).items.map(({ name }) => name);
  expect(await names()).toEqual(expect.arrayContaining(['greet', 'from/elsewhere']));
  await app.getByRole('alert').getByRole('button', { name: 'Undo' }).click();
  await expect
    .poll(async () => (await names()).filter((name) => name === 'greet' || name === 'from/elsewhere'))
    .toEqual([]);
});

test('a prompt becomes a new version of the one that has its name', async ({ app, api }) => {
  const dialog = await choose(app, [file('summarise.prompt', 'Quite another text: {{text}}')]);
  await dialog.getByLabel('What becomes of summarise').selectOption('Add as a version');
  await dialog.getByRole('button', { name: 'Import 1 prompt' }).click();
  await expect(dialog).toBeHidden();
  const detail = await api.promptGet({ id: 'summarise' });
  expect(detail.head?.number).toBe(2);
  expect(detail.head?.content.body).toEqual({ kind: 'text', template: 'Quite another text: {{text}}' });
});

test('what cannot be read is named with its place, and another file can be chosen', async ({ app }) => {
  const dialog = await choose(app, [file('broken.json', '{\n  "formaops": 1,\n  "prompts": [}\n')]);
  await expect(dialog.getByRole('alert')).toContainText('broken.json is no valid JSON');
  await expect(dialog.getByRole('alert')).toContainText('line 3');
  await dialog.locator('input[type=file]').setInputFiles([CONFIG]);
  await expect(dialog.getByRole('region', { name: 'greet', exact: true })).toBeVisible();
});

test('a prompt is exported, and found to be here already', async ({ app }) => {
  const prompt = await openPrompt(app, 'code-review');
  await prompt.getByRole('button', { name: 'More about this prompt' }).click();
  await app.getByRole('menuitem', { name: 'Export…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Export code-review' });
  const downloading = app.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('code-review.json');
  const text = await readFile(await download.path(), 'utf8');
  expect((JSON.parse(text) as { prompts: { name: string }[] }).prompts[0]?.name).toBe('code-review');

  const wizard = await choose(app, [file('code-review.json', text)]);
  await expect(wizard.getByRole('region', { name: 'Prompts in the files' })).toContainText('is here already');
  await expect(wizard.getByRole('button', { name: 'Nothing to import' })).toBeDisabled();
});

test('what a format does not hold is said when it is exported', async ({ app }) => {
  const prompt = await openPrompt(app, 'code-review');
  await prompt.getByRole('button', { name: 'More about this prompt' }).click();
  await app.getByRole('menuitem', { name: 'Export…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Export code-review' });
  await dialog.getByLabel('Format').selectOption('OpenAI');
  const downloading = app.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await Promise.any([downloading, dialog.getByRole('alert').waitFor()]);
  await expect(
    dialog.getByText(/The file does not hold everything|nothing that this format can hold/),
  ).toBeVisible();
});

test('the whole workspace is exported, and datasets and suites come back to what is here', async ({
  app,
  api,
}) => {
  const { prompt } = await api.promptGet({ id: 'summarise' });
  const cases = (text: string) => [{ position: 0, inputs: { text } }];
  const dataset = await api.datasetCreate({ name: 'cities', cases: cases('Rome') });
  const suite = await api.suiteCreate({
    name: 'travel',
    spec: {
      prompts: [{ promptId: prompt.id }],
      models: [],
      repeats: 1,
      dataset: { datasetId: dataset.id, version: 1 },
    },
  });
  await app.keyboard.press('Control+k');
  await app.getByPlaceholder('Search prompts and commands').fill('Export the workspace');
  await app.getByRole('dialog').getByRole('button', { name: 'Export the workspace to a file' }).click();
  const dialog = app.getByRole('dialog', { name: 'Export the workspace' });
  await expect(dialog).toContainText('The file holds the whole workspace: prompts, datasets and suites');
  await expect(dialog.getByLabel('Datasets')).toBeChecked();
  const downloading = app.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const download = await downloading;
  await expect(app.getByRole('alert')).toContainText(/\d+ prompts, 1 dataset, 1 suite (saved|exported)/);
  const text = await readFile(await download.path(), 'utf8');

  let wizard = await choose(app, [file('all.json', text)]);
  const others = wizard.getByRole('region', { name: 'Datasets and suites in the files' });
  await expect(others.getByRole('listitem').filter({ hasText: 'cities' })).toContainText(
    'dataset · 1 version · 1 case is here already',
  );
  await expect(others.getByRole('listitem').filter({ hasText: 'travel' })).toContainText(
    'suite · 1 prompt is here already',
  );
  await expect(others.getByLabel('Where a name is taken')).toBeHidden();
  await expect(wizard.getByRole('button', { name: 'Nothing to import' })).toBeDisabled();
  await app.keyboard.press('Escape');

  await api.datasetChange({ id: 'cities', base: 1, inserted: [{ cases: cases('Oslo') }] });
  await api.suiteDelete({ id: suite.id });
  wizard = await choose(app, [file('all.json', text)]);
  await expect(others.getByRole('listitem').filter({ hasText: 'cities' })).toContainText('name is taken');
  await wizard.getByLabel('Where a name is taken').selectOption('Leave out');
  await expect(wizard.getByRole('button', { name: 'Import 1 suite' })).toBeEnabled();
  await wizard.getByLabel('Where a name is taken').selectOption('Add to what is here');
  await wizard.getByRole('button', { name: 'Import 1 dataset, 1 suite' }).click();
  await expect(wizard).toBeHidden();
  const done = app.getByRole('alert').filter({ hasText: '1 suite imported, 1 dataset with new versions' });
  await expect(done).toBeVisible();
  expect((await api.datasetGet({ id: 'cities' })).head, 'what the file says is newest again').toBe(3);
  const again = await api.suiteGet({ id: 'travel' });
  expect(again.spec.dataset).toEqual({ datasetId: dataset.id, version: 1 });

  await done.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await api.suiteList({})).items).toEqual([]);
});
