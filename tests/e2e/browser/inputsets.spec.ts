import { violations } from '../support/accessibility';
import { type Page, expect, test } from '../support/browser-test';
import type { Api } from '../support/host';
import { openPrompt } from '../support/screens';

async function greet(api: Api): Promise<void> {
  await api.promptCreate({
    name: 'greet',
    content: {
      body: { kind: 'text', template: '{{person}} {{count}} {{secret}}' },
      variables: [
        { name: 'person', type: 'string', required: true },
        { name: 'count', type: 'number', required: false },
        { name: 'secret', type: 'string', required: false, sensitive: true },
      ],
      settings: { parameters: {} },
      validations: [],
    },
  });
}

const field = (app: Page, name: string) => app.getByRole('textbox', { name });

async function choose(app: Page, button: RegExp | string, item: string): Promise<void> {
  await app.getByRole('button', { name: button, exact: true }).click();
  await app.getByRole('menuitem', { name: item, exact: true }).click();
}

async function nameIt(app: Page, name: string): Promise<void> {
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
}

test('inputs are remembered, changed, renamed, forgotten and brought back', async ({ app, api }) => {
  await greet(api);
  await openPrompt(app, 'greet');
  await field(app, 'person').fill('Bob');
  await field(app, 'secret').fill('hush');
  await choose(app, 'Input sets', 'Save as…');
  await nameIt(app, 'Short');
  await expect(app.getByRole('button', { name: 'Short', exact: true })).toBeVisible();
  const sets = async () => (await api.inputSetList({ id: 'greet' })).items;
  expect((await sets())[0]?.inputs).toEqual({ person: 'Bob' });

  await field(app, 'person').fill('Al');
  await choose(app, 'Short · changed', 'Replace Short');
  await expect.poll(async () => (await sets())[0]?.inputs).toEqual({ person: 'Al' });
  await choose(app, 'Short', 'Rename Short…');
  await nameIt(app, 'Brief');
  await field(app, 'person').fill('Bartholomew');
  await choose(app, 'Brief · changed', 'Brief');
  await expect(field(app, 'person')).toHaveValue('Al');
  await expect(field(app, 'secret')).toHaveValue('hush');
  const applied = app.getByRole('alert').filter({ hasText: 'Brief' });
  await applied.getByRole('button', { name: 'Undo' }).click();
  await expect(field(app, 'person')).toHaveValue('Bartholomew');
  await expect(field(app, 'secret')).toHaveValue('hush');
  await choose(app, 'Brief · changed', 'Brief');
  await expect(field(app, 'person')).toHaveValue('Al');

  await choose(app, 'Brief', 'Delete Brief');
  await expect.poll(async () => (await sets()).length).toBe(0);
  await app.getByRole('button', { name: 'Undo' }).last().click();
  await expect.poll(async () => (await sets()).map(({ name }) => name)).toEqual(['Brief']);
});

test('a row of a spreadsheet is pasted, and what nobody takes is told', async ({ app, api }) => {
  await greet(api);
  await openPrompt(app, 'greet');
  await choose(app, 'Input sets', 'Paste inputs…');
  const dialog = app.getByRole('dialog', { name: 'Paste inputs' });
  const text = dialog.getByRole('textbox');
  await text.fill('person\tcount\nBob');
  await expect(dialog).toContainText('The header has 2 names, but the row has 1 value');
  await text.fill('person\tcount\tcity\nBob\t2\tOslo');
  await expect(dialog).toContainText('No variable is called city: left out.');
  await expect(dialog.getByRole('row').nth(2)).toContainText('2');
  expect(await violations(app)).toEqual([]);
  await dialog.getByRole('button', { name: 'Take these inputs' }).click();
  await expect(field(app, 'person')).toHaveValue('Bob');
  await expect
    .poll(async () => (await api.promptGet({ id: 'greet' })).draft?.inputs)
    .toEqual({
      person: 'Bob',
      count: 2,
    });
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(field(app, 'person')).toHaveValue('');
});

test('pasted JSON is taken as inputs, and what is none says so', async ({ app, api }) => {
  await greet(api);
  await openPrompt(app, 'greet');
  await field(app, 'person').fill('Bob');
  await choose(app, 'Input sets', 'Paste inputs…');
  const dialog = app.getByRole('dialog', { name: 'Paste inputs' });
  const text = dialog.getByRole('textbox');
  const take = dialog.getByRole('button', { name: 'Take these inputs' });
  await text.fill('{"person": "Al",');
  await expect(take).toBeDisabled();
  await text.fill('{"count": 3, "city": "Oslo"}');
  await expect(dialog).toContainText('No variable is called city: left out.');
  await take.click();
  // What the text does not name stays.
  await expect(field(app, 'person')).toHaveValue('Bob');
  await expect(field(app, 'count')).toHaveValue('3');
});
