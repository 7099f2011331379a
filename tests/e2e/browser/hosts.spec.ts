import { expect, test } from '../support/browser-test';
import { Host } from '../support/host';
import { Program, programs } from '../support/program';
import { endless } from '../support/models';
import { chooseModels, column, openPrompt, run } from '../support/screens';

test('two hosts on one workspace see the same run streaming, and a third starts one', async ({
  app,
  browser,
  host,
  workspace,
  scripted,
}) => {
  const model = `${scripted}:${endless(40)}`;
  const second = await Host.start(workspace);
  expect(second.origin).not.toBe(host.origin);
  const other = await (await browser.newContext()).newPage();
  try {
    await other.goto(second.address);
    await openPrompt(app, 'summarise');
    await openPrompt(other, 'summarise');
    await chooseModels(app, [model]);
    await run(app);
    await other.getByRole('link', { name: 'Runs', exact: true }).click();
    await other.getByRole('row').filter({ hasText: 'summarise' }).getByRole('link').click();
    for (const page of [app, other]) {
      await expect(column(page, model)).toContainText('streaming');
      await expect(column(page, model)).toContainText('word9 ');
    }
    await other.keyboard.press('Control+.');
    for (const page of [app, other]) await expect(column(page, model)).toContainText('cancelled');

    const command = new Program(
      programs.cli,
      ['run', 'summarise', '--model', `${scripted}:words-20`, '--var', 'text=short', '--json'],
      workspace.env,
    );
    await command.ended();
    await other.getByRole('link', { name: 'Runs', exact: true }).click();
    await expect(other.getByRole('row').filter({ hasText: 'words-20' })).toBeVisible();
  } finally {
    await other.context().close();
    await second.stop();
  }
});

test('when the owner goes, another process goes on with the workspace', async ({ app, host, workspace }) => {
  const second = await Host.start(workspace);
  try {
    await host.stop('SIGKILL');
    await app.goto(second.address);
    await openPrompt(app, 'summarise');
    await chooseModels(app, ['dry-run:echo']);
    await run(app);
    await expect(column(app, 'dry-run:echo')).toContainText('✓ done');
  } finally {
    await second.stop();
  }
});

test('an address holds for one login, and a page without one says what to do', async ({
  app,
  browser,
  host,
}) => {
  await expect(app).toHaveURL(/^[^#]*$/);
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(host.address);
  await expect(stranger.getByText('Open the address that')).toBeVisible();
  await stranger.goto(host.origin);
  await expect(stranger.getByText('Open the address that')).toBeVisible();
  await stranger.context().close();
});
