import { violations } from '../support/accessibility';
import { expect, type Page, test } from '../support/browser-test';
import type { Api } from '../support/host';

/** A run of a suite with a column for each of two prompts, that has ended. */
async function ranSuite(api: Api) {
  const first = await api.promptCreate({ name: 'curt', content: contentOf('Hi {{name}}') });
  const second = await api.promptCreate({ name: 'kind', content: contentOf('Dear **{{name}}**, good day!') });
  const suite = await api.suiteCreate({
    name: 'greetings',
    spec: {
      prompts: [{ promptId: first.prompt.id }, { promptId: second.prompt.id }],
      models: [{ model: 'dry-run:echo', parameters: {} }],
      cases: ['Ada', 'Grace', '<img src=x onerror=alert(1)>'].map((name, position) => ({
        position,
        inputs: { name },
      })),
      repeats: 1,
    },
  });
  const { id } = await api.suiteRun({ id: suite.id });
  await expect.poll(async () => (await api.runGet({ id })).run.status).toBe('completed');
  return id;
}

function contentOf(template: string) {
  return {
    body: { kind: 'text' as const, template },
    variables: [{ name: 'name', type: 'string' as const, required: true }],
    settings: { parameters: {} },
    validations: [],
  };
}

const cell = (app: Page, row: number, column: number) =>
  app.getByRole('grid').locator(`[data-cell="${row}:${column}"]`);

test('an answer is rated in the grid by single keys, and the grid is narrowed to what is rated', async ({
  app,
  api,
}) => {
  const run = await ranSuite(api);
  await app.goto(new URL(`/runs/${run}`, app.url()).href);
  await cell(app, 1, 1).focus();
  await app.keyboard.press('y');
  await expect(cell(app, 1, 1).getByRole('img', { name: 'a person says it passes' })).toBeVisible();
  await app.keyboard.press('x');
  await expect(cell(app, 1, 1).getByRole('img', { name: 'a person says it fails' })).toBeVisible();
  await expect(app.getByText('People say: 0 pass, 1 fail of 1 ratings')).toBeVisible();

  await app.getByText('Rated', { exact: true }).click();
  await expect(app.getByRole('grid').getByRole('rowheader')).toHaveCount(1);
  await expect(app.getByRole('grid')).toContainText('Grace');
  await app.getByText('Unrated', { exact: true }).click();
  await expect(app.getByRole('grid').getByRole('rowheader')).toHaveCount(2);
  expect(await violations(app)).toEqual([]);
});

test('in the details an answer is rated with a score and a note, changed by keys, and taken back', async ({
  app,
  api,
}) => {
  const run = await ranSuite(api);
  await app.goto(new URL(`/runs/${run}`, app.url()).href);
  await cell(app, 0, 2).focus();
  await app.keyboard.press('Enter');
  const drawer = app.getByRole('dialog');
  const rating = drawer.getByRole('region', { name: 'Rating' });
  await rating.getByRole('textbox', { name: 'Score, 0 to 1' }).fill('0.8');
  await rating.getByRole('textbox', { name: 'Note' }).fill('warm, a bit long');
  await rating.getByRole('button', { name: 'Save' }).click();
  const said = async () => (await api.ratingList({ id: run })).ratings;
  await expect.poll(said).toMatchObject([{ score: 0.8, note: 'warm, a bit long' }]);
  await app.keyboard.press('Alt+y');
  await expect.poll(said).toMatchObject([{ verdict: 'pass', score: 0.8, note: 'warm, a bit long' }]);
  await expect(rating.getByRole('button', { name: 'Pass' })).toHaveAttribute('aria-pressed', 'true');
  expect(await violations(app)).toEqual([]);
  await app.keyboard.press('Alt+0');
  await expect.poll(said).toEqual([]);
  await expect(rating.getByRole('textbox', { name: 'Note' })).toHaveValue('');
});

test('an answer is rated beside it on the screen of its run', async ({ app, api }) => {
  const { prompt } = await api.promptCreate({ name: 'greet', content: contentOf('Hello {{name}}') });
  const started = await api.runCreate({
    prompt: prompt.id,
    models: [{ model: 'dry-run:echo', parameters: {} }],
    inputs: { name: 'Ada' },
  });
  const id = started.run.id;
  await expect.poll(async () => (await api.runGet({ id })).run.status).toBe('completed');
  await app.goto(new URL(`/runs/${id}`, app.url()).href);
  const group = app.getByRole('group', { name: 'Rate the answer of dry-run:echo' });
  await group.getByRole('button', { name: 'Fail' }).click();
  await expect(group.getByRole('button', { name: 'Fail' })).toHaveAttribute('aria-pressed', 'true');
  await app.keyboard.press('Alt+y');
  await expect(group.getByRole('button', { name: 'Pass' })).toHaveAttribute('aria-pressed', 'true');
  expect(await violations(app)).toEqual([]);
  await group.getByRole('button', { name: 'Pass' }).click();
  await expect.poll(async () => (await api.ratingList({ id })).ratings).toEqual([]);
});

test('two columns are compared without their names by keys, and named at the end', async ({ app, api }) => {
  const run = await ranSuite(api);
  await app.goto(new URL(`/runs/${run}`, app.url()).href);
  await app.getByRole('button', { name: 'More about this run' }).click();
  await app.getByRole('menuitem', { name: 'Compare blind…' }).click();
  await expect(app.getByRole('heading', { name: 'Blind comparison' })).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await app.getByRole('button', { name: 'Start' }).click();

  await expect(app.getByText('Pair 1 of 3')).toBeVisible();
  await expect(app.getByText('kind')).toHaveCount(0);
  expect(await violations(app)).toEqual([]);
  const left = app.getByRole('group', { name: 'The answer on the left' });
  const right = app.getByRole('group', { name: 'The answer on the right' });
  // The kind answer is chosen wherever it stands.
  for (let pair = 1; pair <= 3; pair += 1) {
    await expect(app.getByText(`Pair ${pair} of 3`)).toBeVisible();
    await expect(left).toContainText(/Hi|Dear/);
    await expect(right).toContainText(/Hi|Dear/);
    await expect(app.locator('img[src="x"]')).toHaveCount(0);
    const isLeft = (await left.textContent())?.includes('Dear') === true;
    await app.keyboard.press(isLeft ? '1' : '2');
    if (pair === 1) {
      await app.keyboard.press('ArrowLeft');
      await expect(app.getByText('0 of 3 decided')).toBeVisible();
      await app.keyboard.press(isLeft ? '1' : '2');
    }
  }
  const outcome = app.getByRole('region', { name: 'Outcome' });
  await expect(outcome).toContainText('the first is liked better on 0, the second on 3 of 3 cases');
  await expect(outcome.getByRole('row', { name: /kind@v1 on dry-run:echo/ })).toContainText('3');
  expect(await violations(app)).toEqual([]);
});

test('a pair is skipped, the outcome is asked for before the end, and what is said stays', async ({
  app,
  api,
}) => {
  const run = await ranSuite(api);
  await app.goto(new URL(`/runs/${run}/blind?one=0&other=1&seed=7`, app.url()).href);
  await app.getByRole('button', { name: 'Skip' }).click();
  await expect(app.getByText('Pair 2 of 3')).toBeVisible();
  await app.keyboard.press('0');
  await expect(app.getByText('1 of 3 decided')).toBeVisible();
  await app.getByRole('button', { name: 'Reveal' }).click();
  await expect(app.getByRole('region', { name: 'Outcome' })).toContainText('2 pairs are not decided');
  await app.getByRole('button', { name: 'Go on without names' }).click();
  await expect(app.getByText('Pair 3 of 3')).toBeVisible();
  await app.reload();
  await expect(app.getByText('Pair 1 of 3')).toBeVisible();
  await expect(app.getByText('1 of 3 decided')).toBeVisible();
});
