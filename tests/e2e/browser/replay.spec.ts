import { violations } from '../support/accessibility';
import { expect, test } from '../support/browser-test';
import type { Api } from '../support/host';

const rule = (pattern: string) => ({ name: 'says so', rule: { kind: 'regex' as const, pattern } });

/** A suite of two cases whose answers hold to its rule. */
async function makeSuite(api: Api) {
  const { prompt } = await api.promptCreate({
    name: 'greet',
    content: {
      body: { kind: 'text', template: 'Hello {{name}}' },
      variables: [{ name: 'name', type: 'string', required: true }],
      settings: { parameters: {} },
      validations: [],
    },
  });
  return api.suiteCreate({
    name: 'greetings',
    spec: {
      prompts: [{ promptId: prompt.id }],
      models: [{ model: 'dry-run:echo', parameters: {} }],
      cases: ['Ada', 'Grace'].map((person, position) => ({ position, inputs: { name: person } })),
      validations: [rule('^Hello')],
      repeats: 1,
    },
  });
}

test('a suite is run by its recordings, and graded again by another rule', async ({ app, api }) => {
  const suite = await makeSuite(api);
  await app.getByRole('link', { name: 'Suites', exact: true }).click();
  await app.getByRole('table').getByRole('link', { name: 'greetings', exact: true }).click();
  await app.getByRole('button', { name: 'Run…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Run greetings' });
  await dialog.getByRole('button', { name: 'Run 2 executions' }).click();
  await expect(app.getByRole('status').filter({ hasText: 'completed' })).toBeVisible();
  await expect(app.getByText('replayed')).toHaveCount(0);
  const recorded = app.url();

  await app.getByRole('button', { name: 'Run again…' }).click();
  await dialog.getByText('Replay recordings').click();
  await expect(dialog.getByText('no key is needed')).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await dialog.getByRole('button', { name: 'Run 2 executions' }).click();
  await expect(app).not.toHaveURL(recorded);
  await expect(app.getByRole('status').filter({ hasText: 'completed' })).toBeVisible();
  await expect(app.getByText('replayed', { exact: true })).toBeVisible();
  await expect(app.getByRole('grid').getByText('Hello Ada')).toBeVisible();
  expect(await violations(app)).toEqual([]);

  // The rule is another one now: the same answers are held against it.
  await api.suiteUpdate({ id: suite.id, spec: { ...suite.spec, validations: [rule('Ada')] } });
  const replayed = app.url();
  await app.getByRole('button', { name: 'Grade again' }).click();
  await expect(app).not.toHaveURL(replayed);
  await expect(app.getByText('re-graded')).toBeVisible();
  await expect(app.getByRole('grid').getByText('says so')).toHaveCount(1);
  expect(await violations(app)).toEqual([]);
  await app.getByRole('link', { name: 're-graded' }).click();
  await expect(app).toHaveURL(replayed);
  await expect(app.getByRole('grid').getByText('says so')).toHaveCount(0);
});
