import { type Page, expect, test } from '../support/browser-test';
import { violations } from '../support/accessibility';
import { chooseModels, column, openPrompt, run } from '../support/screens';

const TABLE = 'question,count,__expected\nCapital of France?,1,contains:Paris\nCapital of Peru?,2,Lima\n';

async function openDatasets(app: Page): Promise<void> {
  await app.getByRole('link', { name: 'Datasets', exact: true }).click();
}

async function paste(app: Page, text: string): Promise<void> {
  const wizard = app.getByRole('dialog');
  await wizard.getByRole('textbox', { name: 'Paste a table' }).fill(text);
  await wizard.getByRole('button', { name: 'Look at it' }).click();
}

test('a pasted table becomes a dataset once nothing is wrong with it', async ({ app, api }) => {
  await openDatasets(app);
  await expect(app.getByRole('heading', { name: 'No dataset yet' })).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await app.getByRole('button', { name: 'Import dataset' }).click();
  const wizard = app.getByRole('dialog', { name: 'Import dataset' });
  await paste(app, `${TABLE}only one cell\n`);
  await expect(wizard).toContainText('line 4: The row has 1 cells, and the first row 3');
  await wizard.getByRole('textbox', { name: 'Name' }).fill('capitals');
  await expect(wizard.getByRole('button', { name: 'Import 2 cases' })).toBeDisabled();
  expect(await violations(app)).toEqual([]);

  await wizard.getByRole('button', { name: 'Another table' }).click();
  await paste(app, TABLE);
  await wizard.getByRole('button', { name: 'Import 2 cases' }).click();
  await expect(app.getByRole('heading', { name: 'capitals' })).toBeVisible();
  await expect(app.getByRole('row').filter({ hasText: 'Capital of France?' })).toContainText('contains');
  expect(await violations(app)).toEqual([]);
  expect((await api.caseList({ id: 'capitals' })).items[1]?.inputs).toEqual({
    question: 'Capital of Peru?',
    count: '2',
  });
  await openDatasets(app);
  await expect(app.getByRole('row').filter({ hasText: 'capitals' })).toContainText('v1');
});

test('rows are changed as a draft that outlives the page, and saved as one version', async ({ app, api }) => {
  await api.datasetImport({ dataset: 'capitals', text: TABLE });
  await openDatasets(app);
  await app.getByRole('link', { name: 'capitals' }).click();
  await app.getByRole('button', { name: 'Edit case 1' }).press('Enter');
  const form = app.getByRole('dialog', { name: 'Case 1' });
  await form.getByRole('textbox', { name: 'question' }).fill('Capital of Spain?');
  await form.getByRole('button', { name: 'Keep' }).click();
  await app.getByRole('button', { name: 'Add row' }).click();
  await app.getByRole('textbox', { name: 'question' }).fill('Capital of Chad?');
  await app.getByRole('textbox', { name: 'Expected' }).fill("N'Djamena");
  await app.getByRole('button', { name: 'Keep' }).click();
  await app.getByRole('button', { name: 'Edit case 2' }).click();
  await app.getByRole('button', { name: 'Remove row' }).click();
  await expect(app.getByText('3 unsaved changes')).toBeVisible();

  await app.reload();
  await expect(app.getByText('3 unsaved changes')).toBeVisible();
  await app.getByRole('textbox', { name: 'Why' }).fill('Other capitals');
  await app.getByRole('button', { name: 'Save version' }).click();
  await expect(app.getByText('2 cases · v2')).toBeVisible();
  const cases = (await api.caseList({ id: 'capitals' })).items;
  expect(cases.map((one) => one.inputs['question'])).toEqual(['Capital of Spain?', 'Capital of Chad?']);
  expect(cases[1]?.expected).toBe("N'Djamena");

  await app.getByRole('button', { name: 'More' }).click();
  await app.getByRole('menuitem', { name: 'Versions' }).click();
  const versions = app.getByRole('dialog', { name: 'Versions' });
  await expect(versions).toContainText('Other capitals');
  await versions.getByRole('button', { name: 'Show' }).click();
  await expect(app.getByRole('row').filter({ hasText: 'Capital of Peru?' })).toBeVisible();
  await expect(app.getByText('This is v1')).toBeVisible();
});

test('a large dataset is scrolled through page by page, and searched', async ({ app, api }) => {
  const rows = Array.from({ length: 5000 }, (_, at) => `Question ${at}?`);
  await api.datasetImport({ dataset: 'large', text: `question\n${rows.join('\n')}\n` });
  await openDatasets(app);
  await app.getByRole('link', { name: 'large' }).click();
  await expect(app.getByText('5,000 cases · v1')).toBeVisible();
  await app.getByRole('button', { name: 'Edit case 1', exact: true }).focus();
  await app.keyboard.press('End');
  await expect(app.getByRole('button', { name: 'Edit case 200', exact: true })).toBeFocused();
  expect(await app.getByRole('row').count()).toBeLessThan(100);
  await app.getByRole('textbox', { name: 'Search cases' }).fill('question 4999');
  await expect(app.getByText('Question 4999?')).toBeVisible();
});

test('a cell is changed where it stands, columns are renamed and removed, and it is one version', async ({
  app,
  api,
}) => {
  await api.datasetImport({ dataset: 'capitals', text: TABLE });
  await openDatasets(app);
  await app.getByRole('link', { name: 'capitals' }).click();
  await app.getByRole('cell', { name: 'Capital of France?' }).click();
  const cell = app.getByRole('textbox', { name: 'question of case 1' });
  await cell.fill('Capital of Chad?');
  await cell.press('Tab');
  // The next cell of the row is there to be typed into.
  await app.getByRole('textbox', { name: 'count of case 1' }).press('Escape');
  await app.getByRole('cell', { name: 'Capital of Peru?' }).click();
  await app.getByRole('textbox', { name: 'question of case 2' }).fill('never kept');
  await app.getByRole('textbox', { name: 'question of case 2' }).press('Escape');
  await expect(app.getByText('1 unsaved change', { exact: true })).toBeVisible();

  await app.getByRole('button', { name: 'question', exact: true }).click();
  await app.getByRole('menuitem', { name: 'Rename column…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Rename question' });
  await dialog.getByRole('textbox').fill('count');
  await expect(dialog).toContainText('There is a column of this name already.');
  await dialog.getByRole('textbox').fill('asked');
  expect(await violations(app)).toEqual([]);
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await app.getByRole('button', { name: 'count', exact: true }).click();
  await app.getByRole('menuitem', { name: 'Remove column' }).click();
  await expect(app.getByRole('columnheader', { name: 'count' })).toHaveCount(0);
  await expect(app.getByText('3 unsaved changes')).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await app.getByRole('button', { name: 'Save version' }).click();
  await expect(app.getByText('2 cases · v2')).toBeVisible();
  const inputsOf = async (version: number) =>
    (await api.caseList({ id: 'capitals', version })).items.map(({ inputs }) => inputs);
  expect(await inputsOf(2)).toEqual([{ asked: 'Capital of Chad?' }, { asked: 'Capital of Peru?' }]);
  expect((await inputsOf(1))[0]).toEqual({ question: 'Capital of France?', count: '1' });
});

test('an answer is saved as a case, and a dataset in the bin comes back or goes for good', async ({
  app,
  api,
}) => {
  const prompt = await openPrompt(app, 'summarise');
  await chooseModels(app, ['dry-run:echo']);
  await prompt.getByRole('textbox', { name: 'text string, required' }).fill('Order 123456 was sent.');
  await run(app);
  await expect(column(app, 'dry-run:echo')).toContainText('✓');
  await app.getByRole('button', { name: 'More about the answer of dry-run:echo' }).click();
  await app.getByRole('menuitem', { name: 'Save as case…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Save as case' });
  await dialog.getByRole('combobox', { name: 'Dataset' }).fill('orders');
  await dialog.getByRole('checkbox', { name: 'Expect this answer from now on' }).check();
  expect(await violations(app)).toEqual([]);
  await dialog.getByRole('button', { name: 'Make the dataset' }).click();
  await expect(app.getByText('orders has 1 case now')).toBeVisible();
  const [saved] = (await api.caseList({ id: 'orders' })).items;
  expect(saved?.inputs['text']).toBe('Order 123456 was sent.');
  expect(saved?.expected).toContain('Order 123456 was sent.');

  await api.datasetDelete({ id: 'orders' });
  await openDatasets(app);
  await app.getByRole('button', { name: 'Bin', exact: true }).click();
  const bin = app.getByRole('dialog', { name: 'Bin' });
  await bin.getByRole('button', { name: 'Restore: orders' }).click();
  await expect(bin).toContainText('There is no dataset in the bin.');
  await api.datasetDelete({ id: 'orders' });
  await bin.getByRole('button', { name: 'Delete for good: orders' }).click();
  const sure = app.getByRole('dialog', { name: 'Delete orders for good?' });
  await expect(sure).toContainText('Its 1 cases and its 2 versions go');
  expect(await violations(app)).toEqual([]);
  await sure.getByRole('button', { name: 'Delete for good' }).click();
  await expect(app.getByText('Deleted orders for good')).toBeVisible();
  expect((await api.datasetList({ deleted: true })).items).toEqual([]);
});
