import { expect, test } from '../support/browser-test';

test('a run of a thousand executions is followed, paused, resumed and finished, and what failed is tried again', async ({
  app,
  api,
  scripted,
}) => {
  const models = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((words) => ({ model: `${scripted}:slow-5x${words}` }));
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
  await expect(progress).toContainText('1,000 of 1,000');
  await expect(progress.getByRole('list', { name: 'Failures by kind' })).toContainText('100 ×');
  await app.getByRole('button', { name: 'Retry 100 failed' }).click();
  const again = async () =>
    (await api.runGet({ id: run.id })).executions.filter((one) => one.generation === 1);
  await expect.poll(async () => (await again()).length).toBe(100);
  await expect(progress).toContainText('1,000 of 1,000');
});
