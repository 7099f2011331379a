import { expect, test } from '../support/browser-test';
import { endless } from '../support/models';
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
  // One at a time it takes a minute, so that it is still going on when it is paused, however slow the page is.
  const provider = (await api.providerList()).items.find(({ name }) => name === scripted);
  await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 1 });
  const prompt = await openPrompt(app, 'summarise');
  await app.getByRole('textbox', { name: 'text' }).fill('Something long.');
  await chooseModels(app, [`${scripted}:slow-600x5`, `${scripted}:fail-400`]);
  const progress = prompt.getByRole('region', { name: 'Progress of the run' });
  await expect(progress).toHaveCount(0);
  await app.getByRole('textbox', { name: 'Repeat' }).fill('20');
  await start(app);
  await expect(progress).toContainText('of 40');
  await progress.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(progress.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
  await expect.poll(async () => (await api.runList({})).items[0]?.progress.running).toBe(0);

  await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 0 });
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

test('the limit that stands over the concurrency of a run is told, and where it is changed', async ({
  app,
  api,
  scripted,
}) => {
  const provider = (await api.providerList()).items.find(({ name }) => name === scripted);
  await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 2 });
  const { run } = await api.runCreate({
    prompt: 'summarise',
    models: [{ model: `${scripted}:${endless(30)}` }],
    inputs: { text: 'Something long.' },
    concurrency: 5,
    repeats: 4,
  });
  await app.goto(new URL(`/runs/${run.id}`, app.url()).href);
  const progress = app.getByRole('region', { name: 'Progress of the run' });
  await expect(progress).toContainText(
    `At most 2 at once: ${scripted} says so, which stands over the 5 that this run asks for.`,
  );
  await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 3 });
  await expect(progress).toContainText('At most 3 at once');
  await progress.getByRole('link', { name: 'Change the limit' }).click();
  await expect(app.getByRole('heading', { level: 2, name: scripted })).toBeVisible();

  // A lower one of all together stands over both.
  await api.configUpdate({ name: 'agent_max_concurrent', value: '1' });
  await app.goBack();
  await expect(progress).toContainText('At most 1 at once: agent_max_concurrent says so');
  await progress.getByRole('link', { name: 'Change the limit' }).click();
  await expect(app.getByRole('heading', { level: 1, name: 'Engine' })).toBeVisible();
  await api.configReset({ name: 'agent_max_concurrent' });
  await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 0 });
  await app.goBack();
  await expect(progress).toBeVisible();
  await expect(progress.getByText('At most')).toHaveCount(0);
  await api.runCancel({ id: run.id });
});
