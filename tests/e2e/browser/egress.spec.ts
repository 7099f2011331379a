import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

test('every request is in the ledger, live, with the way to its execution', async ({
  app,
  api,
  scripted,
  models,
}) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Egress', exact: true }).click();
  await expect(app.getByText('Nothing has gone beyond this machine.')).toBeVisible();

  const { run: started } = await api.runCreate({
    prompt: 'summarise',
    models: [{ model: `${scripted}:words-20` }],
    inputs: { text: 'Something long.' },
  });
  const row = app
    .getByRole('region', { name: 'Every request' })
    .getByRole('row')
    .filter({ has: app.getByRole('cell', { name: 'execution', exact: true }) });
  await expect(row.getByText(new URL(models.baseUrl).origin)).toBeVisible();
  await expect(row).toContainText('200');
  await expect(row).toContainText('this machine');
  await row.getByRole('button', { name: /^Show the execution/ }).click();
  const details = app.getByRole('dialog', { name: 'Execution' });
  await expect(details).toContainText(`${scripted}:words-20`);
  await details.getByRole('link', { name: 'Open its run' }).click();
  await expect(app).toHaveURL(new RegExp(`/runs/${started.id}`));

  await app.goBack();
  await app.getByRole('switch', { name: 'Only beyond this machine' }).check();
  await expect(app.getByRole('region', { name: 'Every request' })).toHaveCount(0);
});

test('with the network off nothing is sent, and that is seen everywhere', async ({ app, api }) => {
  // An address that no test can reach: it would fail otherwise too, but for another reason.
  await api.providerCreate({ name: 'outside', kind: 'openai-chat', baseUrl: 'https://192.0.2.1/v1' });
  const network = app.getByRole('button', { name: 'Network', exact: false }).first();
  await expect(network).toHaveText('Network on');
  await network.click();
  await expect(network).toHaveText('Network off');
  await expect(app.getByRole('contentinfo')).toContainText('nothing leaves this machine');
  await app.reload();
  await expect(app.getByRole('contentinfo')).toContainText('nothing leaves this machine');

  await openPrompt(app, 'summarise');
  await chooseModels(app, ['outside:model']);
  await run(app);
  const card = column(app, 'outside:model').getByRole('alert');
  await expect(card).toContainText('The network is switched off');
  expect((await api.egressTotals({})).items).toEqual([]);
  await card.getByRole('button', { name: 'Switch the network on' }).click();
  await expect(app.getByRole('contentinfo')).not.toContainText('nothing leaves this machine');
  await expect.poll(() => api.networkGet({})).toEqual({ offline: false });
});

test('the switch follows what another program does', async ({ app, api }) => {
  await api.networkPut({ offline: true });
  await expect(app.getByRole('contentinfo')).toContainText('nothing leaves this machine');
  await app.keyboard.press('Control+k');
  await app.getByPlaceholder('Search prompts and commands').fill('switch the network');
  await app.keyboard.press('Enter');
  await expect.poll(() => api.networkGet({})).toEqual({ offline: false });
});
