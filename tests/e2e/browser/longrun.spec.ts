import { expect, test } from '../support/browser-test';
import { chooseModels, openPrompt, run as start } from '../support/screens';

test('a run of a thousand executions is followed, paused, resumed and finished, and what failed is tried again', async ({
  app,
  api,
  scripted,
}) => {
  const models = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((words) => ({ model: `${scripted}:slow-20x${words}` }));
  const { run } = await api.runCreate({
    prompt: 'summarise',
    models: [...models, { model: `${scripted}:fail-400` }],
    inputs: { text: 'Something long.' },
    repeats: 100,
  });
  await app.getByRole('link', { name: 'Runs', exact: true }).click();
  await app.getByRole('row').filter({ hasText: 'summarise' }).first().getByRole('link').click();
  const progress = app.getByRole('region', { name: 'Progress of the run' });
  await expect(progress).toContainText('of 1,000');
  await app.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(app.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
  await expect.poll(async () => (await api.runGet({ id: run.id })).run.progress.running).toBe(0);
  const { progress: paused } = (await api.runGet({ id: run.id })).run;
  expect(paused.pending).toBeGreaterThan(0);

  await app.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(progress).toContainText('a minute');
  // The server alone takes eighteen seconds for them, and the machine may have other work.
  await expect(progress).toContainText('1,000 of 1,000', { timeout: 150_000 });
  await expect(progress.getByRole('list', { name: 'Failures by kind' })).toContainText('100 ×');
  await app.getByRole('button', { name: 'Retry 100 failed' }).click();
  const again = async () =>
    (await api.runGet({ id: run.id })).executions.filter((one) => one.generation === 1);
  await expect.poll(async () => (await again()).length).toBe(100);
  await expect(progress).toContainText('1,000 of 1,000');
});

test('a run of more executions than columns is followed, held and tried again where it was started', async ({
  app,
  api,
  scripted,
}) => {
  const prompt = await openPrompt(app, 'summarise');
  await app.getByRole('textbox', { name: 'text' }).fill('Something long.');
  await chooseModels(app, [`${scripted}:slow-100x5`, `${scripted}:fail-400`]);
  const progress = prompt.getByRole('region', { name: 'Progress of the run' });
  await expect(progress).toHaveCount(0);
  await app.getByRole('textbox', { name: 'Repeat' }).fill('20');
  await start(app);
  await expect(progress).toContainText('of 40');
  await progress.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(progress.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
  await expect.poll(async () => (await api.runList({})).items[0]?.progress.running).toBe(0);

  await progress.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(progress).toContainText('40 of 40');
  await expect(progress.getByRole('list', { name: 'Failures by kind' })).toContainText('20 ×');
  await progress.getByRole('button', { name: 'Retry 20 failed' }).click();
  await expect
    .poll(async () => {
      const [newest] = (await api.runList({})).items;
      const { executions } = await api.runGet({ id: newest?.id ?? '' });
      return executions.filter((one) => one.generation === 1).length;
    })
    .toBe(20);
  await expect(progress).toContainText('40 of 40');
});
