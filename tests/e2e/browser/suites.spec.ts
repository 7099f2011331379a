import { readFile } from 'node:fs/promises';
import { violations } from '../support/accessibility';
import { expect, type Locator, type Page, test } from '../support/browser-test';
import type { Api } from '../support/host';
import { manyCases } from '../support/manyCases';

/** A suite of two columns and three cases, of which one says what its answer is not. */
async function makeSuite(api: Api, name = 'greetings') {
  const { prompt } = await api.promptCreate({ name: 'greet', content: contentOf('Hello {{name}}') });
  return api.suiteCreate({
    name,
    spec: {
      prompts: [{ promptId: prompt.id }],
      models: [
        { model: 'dry-run:echo', parameters: {} },
        { model: 'dry-run:echo', parameters: { temperature: 0.2 } },
      ],
      cases: ['Ada', 'Grace', 'Linus'].map((person, position) => ({
        position,
        inputs: { name: person },
        tags: position === 0 ? ['first'] : [],
        validations: [{ name: 'no-linus', rule: { kind: 'regex', pattern: '^Hello (Ada|Grace)' } }],
      })),
      repeats: 1,
    },
  });
}

function contentOf(template: string) {
  return {
    body: { kind: 'text' as const, template },
    variables: [{ name: 'name', type: 'string' as const, required: true }],
    settings: { parameters: {} },
    validations: [],
  };
}

/** Starts a run of the suite that is open from its plan, and waits for its end. */
async function runIt(app: Page, executions: number): Promise<Locator> {
  await app.getByRole('button', { name: /^Run( again)?…/ }).click();
  const dialog = app.getByRole('dialog', { name: /^Run / });
  await dialog.getByRole('button', { name: `Run ${executions} executions` }).click();
  await expect(app).toHaveURL(/\/runs\/run_/);
  await expect(app.getByRole('status').filter({ hasText: 'completed' })).toBeVisible();
  return app.getByRole('grid');
}

test('a suite is made from nothing, and what it runs is kept as it is typed', async ({ app, api }) => {
  await api.promptCreate({ name: 'greet', content: contentOf('Hello {{name}}') });
  await app.getByRole('link', { name: 'Suites', exact: true }).click();
  await expect(app.getByRole('heading', { name: 'No suites yet' })).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await app.getByRole('button', { name: 'New suite' }).click();
  const dialog = app.getByRole('dialog', { name: 'New suite' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('greetings');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(app.getByRole('heading', { level: 1, name: 'greetings' })).toBeVisible();

  await app.getByRole('combobox', { name: 'Add a prompt' }).click();
  await app.getByRole('option', { name: 'greet', exact: true }).click();
  await app.getByRole('button', { name: 'Model', exact: true }).click();
  await app.getByRole('option', { name: 'dry-run:echo' }).click();
  for (const [at, person] of ['Ada', 'Grace', 'Linus'].entries()) {
    await app.getByRole('button', { name: 'Add a case' }).click();
    await app.getByRole('textbox', { name: `Input name of case ${at + 1}` }).fill(person);
  }
  await app.getByRole('textbox', { name: 'Expected of case 2' }).fill('Hello Grace');
  await app.getByRole('textbox', { name: 'Tags of case 2' }).fill('known, short');
  await app.getByRole('button', { name: 'Remove case 3' }).click();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(app.getByRole('textbox', { name: 'Input name of case 3' })).toHaveValue('Linus');
  expect(await violations(app)).toEqual([]);
  const specNow = async () => (await api.suiteGet({ id: 'greetings' })).spec;
  await expect
    .poll(async () => (await specNow()).cases?.map(({ inputs }) => inputs['name']))
    .toEqual(['Ada', 'Grace', 'Linus']);
  const { cases, models } = await specNow();
  expect(cases?.[1]).toMatchObject({ expected: 'Hello Grace', tags: ['known', 'short'] });
  expect(models).toHaveLength(1);

  // What was typed just before the place is left is kept all the same.
  await app.getByRole('textbox', { name: 'Name of case 1', exact: true }).fill('The first');
  await app.getByRole('link', { name: 'Suites', exact: true }).click();
  await expect.poll(async () => (await specNow()).cases?.[0]?.name).toBe('The first');
  await app.getByRole('table').getByRole('link', { name: 'greetings', exact: true }).click();
  await expect(app.getByRole('textbox', { name: 'Name of case 1', exact: true })).toHaveValue('The first');
});

test('a suite is not run while the JSON of a rule or of a model is half-typed', async ({ app, api }) => {
  const { id } = await makeSuite(api);
  await api.suiteUpdate({
    id,
    spec: {
      ...(await api.suiteGet({ id })).spec,
      validations: [{ name: 'shape', rule: { kind: 'schema', schema: { type: 'string' } } }],
    },
  });
  await app.goto(new URL(`/suites/${id}`, app.url()).href);
  const schema = app.getByRole('textbox', { name: 'JSON Schema: shape' });
  await schema.fill('{"type":');
  await app.getByRole('tab', { name: 'Runs' }).click();
  await app.keyboard.press('Control+Enter');
  const told = app.getByRole('alert').filter({ hasText: 'Nothing was sent' });
  await expect(told).toContainText('The JSON Schema of the validation shape is not valid');
  await expect(schema).toBeFocused();
  await schema.fill('{"type": "string"}');

  await app.getByRole('button', { name: 'Parameters of dry-run:echo', exact: true }).click();
  const form = app.getByRole('dialog').filter({ hasText: 'Empty fields are taken from the prompt' });
  await form.getByRole('button', { name: 'Advanced' }).click();
  const tools = form.getByRole('textbox', { name: /^Tools the model may ask for/ });
  await tools.fill('[{"name"');
  await app.keyboard.press('Escape');
  await app.getByRole('button', { name: /^Run…/ }).click();
  await expect(told.filter({ hasText: 'The list of tools of dry-run:echo is not valid' })).toBeVisible();
  await expect(tools).toBeFocused();
  await form.getByRole('button', { name: 'Discard this text' }).click();
  await app.keyboard.press('Escape');
  await runIt(app, 6);
});

test('the cases of a dataset run behind the own ones of a suite', async ({ app, api }) => {
  const { id } = await makeSuite(api);
  await api.datasetCreate({
    name: 'people',
    cases: [{ position: 0, inputs: { name: 'Barbara' } }],
  });
  await app.goto(new URL(`/suites/${id}`, app.url()).href);
  await app.getByRole('combobox', { name: 'Dataset', exact: true }).click();
  await app.getByRole('option', { name: 'people' }).click();
  await expect(app.getByRole('link', { name: '1 case: open the dataset' })).toBeVisible();
  const grid = await runIt(app, 8);
  await expect(grid.locator('[data-cell="3:1"]')).toContainText('Hello Barbara');
});

test('a suite is renamed, deleted and taken back', async ({ app, api }) => {
  const { id } = await makeSuite(api);
  await app.goto(new URL(`/suites/${id}`, app.url()).href);
  await app.getByRole('button', { name: 'More about this suite' }).click();
  await app.getByRole('menuitem', { name: 'Rename' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('welcomes');
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await expect(app.getByRole('heading', { level: 1, name: 'welcomes' })).toBeVisible();
  await app.getByRole('button', { name: 'More about this suite' }).click();
  await app.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(app.getByRole('heading', { name: 'No suites yet' })).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).last().click();
  await expect(app.getByRole('link', { name: 'welcomes', exact: true })).toBeVisible();
});

test('a run is planned, followed, narrowed, compared with its baseline, and what became worse is found', async ({
  app,
  api,
}) => {
  const { id, spec } = await makeSuite(api);
  await app.goto(new URL(`/suites/${id}`, app.url()).href);
  await app.getByRole('button', { name: /^Run…/ }).click();
  const dialog = app.getByRole('dialog', { name: 'Run greetings' });
  await expect(dialog).toContainText('3 cases × 2 columns');
  await expect(dialog).toContainText('6 executions');
  await expect(dialog).toContainText('$0');
  await dialog.getByText('Tag', { exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Tag' }).fill('first');
  await expect(dialog).toContainText('1 case × 2 columns');
  await dialog.getByText('All', { exact: true }).click();
  await expect(dialog.getByRole('button', { name: 'Run 6 executions' })).toBeEnabled();
  expect(await violations(app)).toEqual([]);
  await app.keyboard.press('Escape');

  const grid = await runIt(app, 6);
  const cell = (row: number, column: number) => grid.locator(`[data-cell="${row}:${column}"]`);
  await expect(grid.getByRole('gridcell')).toHaveCount(6);
  await expect(cell(0, 1)).toContainText('pass');
  await expect(cell(0, 1)).toContainText('Hello Ada');
  await expect(cell(2, 2)).toContainText('no-linus');
  await expect(app.getByRole('region', { name: 'The run in figures' })).toContainText('66.7%');
  await expect(grid.getByRole('columnheader').nth(2)).toContainText('t 0.2');
  expect(await violations(app)).toEqual([]);

  await app.getByRole('radiogroup', { name: 'Cases that are shown' }).getByText('Failing').click();
  await expect(grid.getByRole('rowheader')).toHaveCount(1);
  await expect(grid.getByRole('rowheader')).toContainText('Linus');
  await expect(app).toHaveURL(/mark=failing/);
  await app.getByRole('radiogroup', { name: 'Cases that are shown' }).getByText('All').click();
  await expect(grid.getByRole('rowheader')).toHaveCount(3);

  await app.getByRole('button', { name: 'Set as baseline' }).click();
  await expect(
    app.getByRole('banner').or(app.locator('header')).getByText('baseline', { exact: true }),
  ).toBeVisible();
  expect((await api.suiteGet({ id })).baseline).not.toBeNull();

  const promptId = spec.prompts[0]?.promptId ?? '';
  const { head } = await api.promptGet({ id: promptId });
  await api.versionCreate({
    id: promptId,
    content: contentOf('Bye {{name}}'),
    base: head?.id ?? null,
    note: '',
  });
  await runIt(app, 6);
  await expect(cell(0, 1)).toContainText('Bye Ada');
  const comparison = app.getByRole('region', { name: 'Against the baseline' });
  await expect(comparison).toContainText('2 cases regressed · 0 improved');
  await expect(comparison.getByRole('listitem').first()).toContainText('worse on 2 of 3 cases');
  await expect(comparison.getByRole('listitem').first()).toContainText('Passes 66.7% before, 0.0% now');
  expect(await violations(app)).toEqual([]);
  await app.getByRole('radiogroup', { name: 'Cases that are shown' }).getByText('Regressed').click();
  await expect(grid.getByRole('rowheader')).toHaveCount(2);
  await expect(grid.getByRole('rowheader')).toContainText(['Ada', 'Grace']);
  await app.getByRole('radiogroup', { name: 'Cases that are shown' }).getByText('Improved').click();
  await expect(app.getByRole('heading', { name: 'No case is like this' })).toBeVisible();

  await app.getByRole('link', { name: 'greetings', exact: true }).click();
  await app.getByRole('tab', { name: 'Runs' }).click();
  const runs = app.getByRole('table', { name: 'Runs of the suite' });
  await expect(runs.getByRole('row')).toHaveCount(3);
  await expect(runs.getByRole('row').nth(1)).toContainText('0.0%');
  await expect(runs.getByRole('row').nth(2)).toContainText('66.7%');
  await expect(runs.getByRole('row').nth(2)).toContainText('baseline');
  expect(await violations(app)).toEqual([]);
  const saveAs = async (format: string) => {
    await app.getByRole('button', { name: 'Save the chart of Pass rate as a picture' }).click();
    const [download] = await Promise.all([
      app.waitForEvent('download'),
      app.getByRole('menuitem', { name: `Save as ${format}` }).click(),
    ]);
    return download;
  };
  const download = await saveAs('SVG');
  expect(download.suggestedFilename()).toBe('pass-rate.svg');
  const saved = await readFile(await download.path(), 'utf8');
  expect(saved).toContain('<svg xmlns="http://www.w3.org/2000/svg"');
  expect(saved).not.toContain('var(--');
  const drawn = await saveAs('PNG');
  expect(drawn.suggestedFilename()).toBe('pass-rate.png');
  const pixels = await readFile(await drawn.path());
  expect(pixels.subarray(1, 4).toString()).toBe('PNG');
  // Its width and height, as its head says them.
  expect([pixels.readUInt32BE(16), pixels.readUInt32BE(20)]).toEqual([1160, 520]);
});

test('a grid is ordered by a named metric, whose means stand over its columns', async ({ app, api }) => {
  const { id, spec } = await makeSuite(api);
  const short = (source: string) => ({
    name: 'short',
    metric: 'brevity',
    rule: { kind: 'function' as const, source },
  });
  const sources = ['() => 0.5', '() => 0.25', null];
  const cases = (spec.cases ?? []).map((own, at) => {
    const source = sources[at];
    return { ...own, validations: source == null ? [] : [short(source)] };
  });
  await api.suiteUpdate({ id, spec: { ...spec, cases } });
  await app.goto(new URL(`/suites/${id}`, app.url()).href);
  const grid = await runIt(app, 6);
  await expect(grid.getByRole('columnheader').nth(1)).toContainText('brevity 0.38');

  await app.getByRole('combobox', { name: 'Sort by' }).click();
  await app.getByRole('option', { name: 'brevity' }).click();
  await expect(grid.getByRole('rowheader')).toContainText(['Grace', 'Ada', 'Linus']);
  await expect(app).toHaveURL(/metric=brevity/);
  await app.getByRole('button', { name: 'Largest first' }).click();
  await expect(grid.getByRole('rowheader')).toContainText(['Ada', 'Grace', 'Linus']);
  await app.reload();
  await expect(app.getByRole('combobox', { name: 'Sort by' })).toHaveValue('brevity');
  await app.getByRole('combobox', { name: 'Sort by' }).click();
  await app.getByRole('option', { name: 'Latency' }).click();
  await expect(app).not.toHaveURL(/metric=/);
});

test('the grid is gone through, opened and compared by keyboard', async ({ app, api }) => {
  const { id } = await makeSuite(api);
  await app.goto(new URL(`/suites/${id}`, app.url()).href);
  const grid = await runIt(app, 6);
  const cell = (row: number, column: number) => grid.locator(`[data-cell="${row}:${column}"]`);
  await cell(0, 1).focus();
  await app.keyboard.press('ArrowDown');
  await expect(cell(1, 1)).toBeFocused();
  await app.keyboard.press('Control+End');
  await expect(cell(2, 2)).toBeFocused();
  await app.keyboard.press('Home');
  await expect(cell(2, 0)).toBeFocused();
  await app.keyboard.press('ArrowRight');
  const height = async () => (await cell(2, 1).boundingBox())?.height;
  await app.keyboard.press('1');
  await expect.poll(height).toBe(32);
  await app.keyboard.press('3');
  await expect.poll(height).toBe(192);
  await app.keyboard.press('2');

  await app.keyboard.press('d');
  await expect(app.getByText(/is chosen: press d on another cell/).first()).toBeVisible();
  await app.keyboard.press('ArrowUp');
  await app.keyboard.press('d');
  const difference = app.getByRole('dialog', { name: 'Compare answers' });
  await expect(difference).toContainText('Linus');
  await expect(difference).toContainText('Grace');
  await app.keyboard.press('Escape');
  await expect(difference).not.toBeVisible();

  await cell(1, 1).focus();
  await app.keyboard.press('Enter');
  await expect(app.getByRole('dialog', { name: 'Execution' })).toContainText('dry-run:echo');
  await expect(app).toHaveURL(/execution=exe_/);
  await app.keyboard.press('Escape');
  await expect(app).not.toHaveURL(/execution=/);
});

test('a grid of thousands of cells draws only what is on screen', async ({ app, api }) => {
  const { id, spec } = await makeSuite(api);
  const cases = Array.from({ length: 120 }, (_, position) => ({
    position,
    inputs: { name: `Person ${position}` },
  }));
  const models = Array.from({ length: 10 }, (_, at) => ({
    model: 'dry-run:echo',
    parameters: { temperature: at / 10 },
  }));
  await api.suiteUpdate({ id, spec: { ...spec, cases, models } });
  const run = await api.suiteRun({ id });
  await expect
    .poll(async () => (await api.runGet({ id: run.id })).run.status, { timeout: 150_000 })
    .toBe('completed');
  await app.goto(new URL(`/runs/${run.id}`, app.url()).href);
  const grid = app.getByRole('grid');
  await expect(grid.locator('[data-cell="0:1"]')).toContainText('Hello Person 0');
  expect(await grid.getByRole('gridcell').count()).toBeLessThan(200);
  await grid.locator('[data-cell="0:1"]').focus();
  await app.keyboard.press('End');
  await expect(grid.locator('[data-cell="0:10"]')).toBeFocused();
  for (let page = 0; page < 60; page += 1) await app.keyboard.press('PageDown');
  await expect(grid.locator('[data-cell="0:10"]')).toHaveCount(0);
  expect(await grid.getByRole('gridcell').count()).toBeLessThan(200);
});

test('a run of 100,000 cells says what all of them came to, and is narrowed and scrolled through', async ({
  app,
  api,
  workspace,
}) => {
  const { suite, run } = await manyCases(api, workspace, { cases: 20_000, columns: 5 });
  await app.goto(new URL(`/runs/${run}`, app.url()).href);
  const grid = app.getByRole('grid');
  const summary = app.getByRole('region', { name: 'The run in figures' });
  await expect(summary).toContainText('of 100,000');
  await expect(grid.getByRole('columnheader').nth(1)).toContainText('%');
  await expect(app.getByRole('region', { name: 'Against the baseline' })).toContainText('cases regressed');
  expect((await api.runGet({ id: run })).executions).toEqual([]);
  const told = await api.runSummary({ id: run });
  expect([told.cells.ended, told.columnCells[4]?.ended]).toEqual([100_000, 20_000]);
  expect(told.cells.passed).toBeLessThan(told.cells.checked);
  for (const mark of ['Failing', 'Different', 'Regressed'] as const) {
    await app.getByRole('radiogroup', { name: 'Cases that are shown' }).getByText(mark).click();
    await expect(grid.getByRole('gridcell').first()).toBeVisible();
  }
  await app.getByRole('combobox', { name: 'Sort by' }).click();
  await app.getByRole('option', { name: 'Cost' }).click();
  await expect(grid.getByRole('gridcell').first()).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await app.goto(new URL(`/suites/${suite}?tab=runs`, app.url()).href);
  const runs = app.getByRole('table', { name: 'Runs of the suite' });
  await expect(runs.getByRole('row').nth(1)).toContainText('%');
});

test('a run that is to stop when decided leaves out the rest, and says how sure it is', async ({
  app,
  api,
}) => {
  const { id, spec } = await makeSuite(api);
  const greets = { name: 'greets', rule: { kind: 'regex' as const, pattern: '^Bye' } };
  const cases = Array.from({ length: 3000 }, (_, position) => ({
    position,
    inputs: { name: `Person ${position}` },
  }));
  const dataset = await api.datasetCreate({ name: 'people', cases });
  await api.suiteUpdate({
    id,
    spec: {
      ...spec,
      models: spec.models.slice(0, 1),
      cases: [],
      dataset: { datasetId: dataset.id },
      validations: [greets],
    },
  });
  const first = await api.suiteRun({ id, cases: { to: 200 } });
  await expect.poll(async () => (await api.runGet({ id: first.id })).run.status).toBe('completed');
  await api.baselinePut({ id, run: first.id });
  const promptId = spec.prompts[0]?.promptId ?? '';
  const { head } = await api.promptGet({ id: promptId });
  await api.versionCreate({
    id: promptId,
    content: contentOf('Bye {{name}}'),
    base: head?.id ?? null,
    note: '',
  });

  await app.goto(new URL(`/suites/${id}`, app.url()).href);
  await app.getByRole('button', { name: /^Run…/ }).click();
  const dialog = app.getByRole('dialog', { name: 'Run greetings' });
  await dialog.getByRole('checkbox', { name: 'Stop when decided' }).check();
  expect(await violations(app)).toEqual([]);
  await dialog.getByRole('button', { name: /^Run 3,000 executions/ }).click();
  await expect(app.getByText('stopped early', { exact: true })).toBeVisible();
  const comparison = app.getByRole('region', { name: 'Against the baseline' });
  await expect(comparison).toContainText('Stopped early after 8 of 3,000 cases');
  await expect(comparison).toContainText('wrong with a chance of at most 5.0%');
  await app.getByRole('button', { name: 'Largest first' }).click();
  await expect(app.getByRole('grid')).toContainText('left out: it was decided');
  expect(await violations(app)).toEqual([]);
});
