import type { Content } from '../../../ui/src/bindings/types';
import { violations } from '../support/accessibility';
import { type Page, expect, test } from '../support/browser-test';
import type { Api } from '../support/host';
import { endless } from '../support/models';

/** Content of one text, and nothing else. */
const text = (template: string): Content => ({
  body: { kind: 'text', template },
  variables: [],
  settings: { parameters: {} },
  validations: [],
});

/** A prompt that echoes its note, and a run of it for each note, oldest first. */
async function echo(api: Api, notes: string[], model = 'dry-run:echo'): Promise<void> {
  const { items } = await api.promptList({ search: 'echo' });
  if (items.length === 0) {
    await api.promptCreate({
      name: 'echo',
      content: text('Note: {{note}}'),
    });
  }
  for (const note of notes) await api.runCreate({ prompt: 'echo', models: [{ model }], inputs: { note } });
}

async function openRuns(app: Page): Promise<void> {
  await app.getByRole('link', { name: 'Runs', exact: true }).click();
  await expect(app.getByRole('heading', { name: 'Runs' })).toBeVisible();
}

const rows = (app: Page) => app.locator('tr[data-index]');
const search = (app: Page) => app.getByRole('textbox', { name: 'Search inputs and answers' });

test('a run is found by its words, which are marked where they stand', async ({ app, api }) => {
  await echo(api, ['the parcel left Zürich', 'a refund is on its way', 'where is my parcel']);
  await openRuns(app);
  await expect(rows(app)).toHaveCount(3);

  await search(app).fill('zuri');
  await expect(rows(app)).toHaveCount(1);
  await expect(rows(app).locator('mark').first()).toHaveText('Zürich');
  await search(app).fill('parcel');
  await expect(rows(app)).toHaveCount(2);
  await expect(rows(app).first()).toContainText('where is my parcel');
  await search(app).fill('par cel nothing');
  await expect(app.getByText('No run matches')).toBeVisible();
  await app.getByRole('button', { name: 'Show all runs' }).click();
  await expect(rows(app)).toHaveCount(3);
  await expect(search(app)).toHaveValue('');
});

test('runs that are paused are found', async ({ app, api, scripted }) => {
  await echo(api, ['one', 'two']);
  const model = { model: `${scripted}:slow-20x5` };
  const { run } = await api.runCreate({
    prompt: 'echo',
    models: [model],
    inputs: { note: 'x' },
    repeats: 50,
  });
  await api.runPause({ id: run.id });
  await openRuns(app);
  await expect(rows(app)).toHaveCount(3);
  await app.getByRole('radiogroup', { name: 'Status' }).getByText('paused', { exact: true }).click();
  await expect(rows(app)).toHaveCount(1);
  await expect(rows(app)).toContainText('paused');
  await expect(app).toHaveURL(/status=paused/);
  await api.runCancel({ id: run.id });
});

test('what the history is narrowed by is kept by back, forward and links', async ({ app, api, host }) => {
  await echo(api, ['one']);
  await echo(api, ['two'], 'dry-run:other');
  await openRuns(app);
  await expect(rows(app)).toHaveCount(2);
  const model = app.getByRole('combobox', { name: 'Model', exact: true });
  await model.fill('dry-run:other');
  await model.press('Enter');
  await expect(rows(app)).toHaveCount(1);
  await app.getByRole('combobox', { name: 'Started', exact: true }).click();
  await app.getByRole('option', { name: 'Today' }).click();
  await expect(app).toHaveURL(/period=today/);
  await expect(rows(app)).toHaveCount(1);

  await rows(app).getByRole('link').click();
  await expect(app).toHaveURL(/\/runs\/run_/);
  await app.goBack();
  await expect(rows(app)).toHaveCount(1);
  await expect(model).toHaveValue('dry-run:other');
  await app.reload();
  await expect(rows(app)).toHaveCount(1);
  await app.goto(`${host.origin}/runs?from=2020-01-01&to=2020-12-31`);
  await expect(app.getByLabel('To day')).toHaveValue('2020-12-31');
  await expect(app.getByText('No run matches')).toBeVisible();
});

test('a long history is read as it is scrolled, and gone through by keyboard', async ({
  page: app,
  host,
  api,
}) => {
  await echo(
    api,
    Array.from({ length: 250 }, (_, at) => `note ${at}`),
  );
  await app.goto(host.address);
  await openRuns(app);
  await expect(rows(app).first()).toBeVisible();
  // Only what is on screen is drawn.
  expect(await rows(app).count()).toBeLessThan(80);

  await rows(app).first().getByRole('link').focus();
  await app.keyboard.press('ArrowDown');
  await expect(rows(app).nth(1).getByRole('link')).toBeFocused();
  for (const index of [99, 199, 249]) {
    await app.keyboard.press('End');
    await expect(app.locator(`a[data-index="${index}"]`)).toBeFocused();
    if (index !== 249) await expect(app.locator(`tr[data-index="${index + 1}"]`)).toBeAttached();
  }
  // What is new comes to the head, while the reader stays at the end.
  await echo(api, ['the newest']);
  await expect(app.locator('tr[data-index="250"]')).toBeAttached();
  await app.keyboard.press('Home');
  await expect(app.locator('a[data-index="0"]')).toBeFocused();
  await app.keyboard.press('Enter');
  await expect(app).toHaveURL(/\/runs\/run_/);
  await expect(app.getByText('Note: the newest')).toBeVisible();
});

test('what was run is taken back to its prompt, and that can be undone', async ({ app, api }) => {
  await echo(api, ['the parcel left']);
  await api.versionCreate({
    id: 'echo',
    content: text('Newer: {{note}}'),
    note: '',
  });
  await openRuns(app);
  const open = async (item: string) => {
    await rows(app).getByRole('link').click();
    await app.getByRole('button', { name: 'Edit' }).click();
    await app.getByRole('menuitem', { name: item }).click();
    await expect(app).toHaveURL(/\/prompts\/prm_/);
  };
  const draft = async () => (await api.promptGet({ id: 'echo' })).draft;
  await open('Use these inputs');
  await expect(app.getByRole('textbox', { name: 'note' })).toHaveValue('the parcel left');
  expect((await draft())?.content.body).toEqual({ kind: 'text', template: 'Newer: {{note}}' });
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(app.getByRole('textbox', { name: 'note' })).toHaveValue('');
  await expect.poll(draft).toBeNull();

  await openRuns(app);
  await open('Open what ran as the draft');
  await expect(app.getByText('Note: {{note}}')).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(app.getByText('Newer: {{note}}')).toBeVisible();
});

test('axe finds nothing wrong with the history', async ({ app, api }) => {
  await echo(api, ['the parcel left', 'a refund']);
  await openRuns(app);
  await expect(rows(app)).toHaveCount(2);
  expect(await violations(app)).toEqual([]);
  await search(app).fill('parcel');
  await expect(rows(app).locator('mark').first()).toBeVisible();
  for (const scheme of ['light', 'dark'] as const) {
    await app.emulateMedia({ colorScheme: scheme });
    expect(await violations(app)).toEqual([]);
  }
});

test('the history is narrowed by prompt and by state', async ({ app, api, scripted }) => {
  await echo(api, ['one', 'two']);
  await api.runCreate({ prompt: 'summarise', models: [{ model: 'dry-run:echo' }], inputs: { text: 'x' } });
  const { run } = await api.runCreate({
    prompt: 'summarise',
    models: [{ model: `${scripted}:${endless(50)}` }],
    inputs: { text: 'x' },
  });
  await api.runCancel({ id: run.id });
  await openRuns(app);
  await expect(rows(app)).toHaveCount(4);
  await app.getByRole('combobox', { name: 'Prompt', exact: true }).click();
  await app.getByRole('option', { name: 'summarise' }).click();
  await expect(rows(app)).toHaveCount(2);
  const states = app.getByRole('radiogroup', { name: 'Status' });
  await states.getByText('cancelled').click();
  await expect(rows(app)).toHaveCount(1);
  await expect(rows(app)).toContainText('cancelled');
  await states.getByText('completed').click();
  await expect(rows(app)).toHaveCount(1);
  await expect(rows(app)).toContainText('dry-run:echo');
});

test('runs of which something failed are found, though they are completed', async ({
  app,
  api,
  scripted,
}) => {
  await echo(api, ['one', 'two']);
  await echo(api, ['three'], `${scripted}:fail-401`);
  await openRuns(app);
  await expect(rows(app)).toHaveCount(3);
  const states = app.getByRole('radiogroup', { name: 'Status' });
  await states.getByText('with failures').click();
  await expect(rows(app)).toHaveCount(1);
  await expect(rows(app)).toContainText('fail-401');
  await app.reload();
  await expect(states.getByRole('radio', { name: 'with failures' })).toBeChecked();
  await states.getByText('running').click();
  await expect(rows(app)).toHaveCount(0);
});

test('a run whose end could not be kept says so on its screen', async ({ app, api }) => {
  // The host says so of itself, which has its own story; here it is told in its place.
  await app.route('**/api/runs/*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...((await answer.json()) as object), stalled: true } });
  });
  await echo(api, ['one']);
  await openRuns(app);
  await rows(app).first().click();
  const alert = app.getByRole('alert').filter({ hasText: 'so it stays open' });
  await expect(alert).toContainText('its next start ends the run');
  expect(await violations(app)).toEqual([]);
});
