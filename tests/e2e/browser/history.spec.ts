import { type Page, expect, test } from '../support/browser-test';
import { Host } from '../support/host';
import { endless } from '../support/models';
import { chooseModels, column, openPrompt, run } from '../support/screens';

/** The run of a prompt, opened from the list of runs. */
async function openRun(app: Page, prompt: string): Promise<void> {
  await app.getByRole('link', { name: 'Runs', exact: true }).click();
  await app.getByRole('row').filter({ hasText: prompt }).first().getByRole('link').click();
}

test('a run is found again with its answers after the host was started anew', async ({
  app,
  host,
  workspace,
  scripted,
}) => {
  const model = `${scripted}:words-20`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('✓ done');

  await host.stop();
  const again = await Host.start(workspace);
  try {
    await app.goto(again.address);
    await openRun(app, 'summarise');
    await expect(column(app, model)).toContainText('word20');
    await expect(column(app, model)).toContainText('✓ done');
  } finally {
    await again.stop();
  }
});

test('a run that a kill cut off is shown as such, with the text that had come', async ({
  app,
  api,
  host,
  workspace,
  scripted,
}) => {
  const [quick, slow] = [`${scripted}:words-20`, `${scripted}:${endless(50)}`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [quick, slow]);
  await run(app);
  await expect(column(app, quick)).toContainText('✓ done');
  // What is on the screen already is recorded a moment later.
  const recorded = async () => (await api.executionList({ status: 'running' })).items[0]?.preview;
  await expect.poll(recorded).toContain('word5 ');

  await host.stop('SIGKILL');
  await expect(app.getByText('Connection lost, trying again')).toBeVisible();
  const again = await Host.start(workspace);
  try {
    await app.goto(again.address);
    await openRun(app, 'summarise');
    await expect(column(app, quick)).toContainText('✓ done');
    await expect(column(app, slow).getByRole('alert')).toContainText('FormaOps ended before the answer did');
    await expect(column(app, slow)).toContainText('word5 ');
  } finally {
    await again.stop();
  }
});

test('the details of an execution say what was sent and what it took', async ({ app, scripted }) => {
  const model = `${scripted}:words-20`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('✓ done');
  await column(app, model)
    .getByRole('button', { name: `More about the answer of ${model}` })
    .click();
  await app.getByRole('menuitem', { name: 'Details' }).click();
  const details = app.getByRole('dialog', { name: 'Execution' });
  await expect(details).toContainText('Attempt 1');
  await expect(details).toContainText('succeeded');
  const messages = details.getByRole('region', { name: 'Rendered messages' });
  await expect(messages).toContainText('Summarise the text below in 2 sentences');
  await expect(details.getByText('First token').first()).toBeVisible();
  await app.keyboard.press('Escape');
  await expect(details).toBeHidden();
});
