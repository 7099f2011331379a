import { type Locator, type Page, expect, test } from '../support/browser-test';
import { chooseModels, openPrompt, run } from '../support/screens';

async function openOptions(app: Page): Promise<Locator> {
  await app.getByRole('button', { name: /^Options/ }).click();
  return app.getByRole('dialog', { name: /^Options/ });
}

test('a run has the options that were set for it, and the button says how many', async ({
  app,
  api,
  scripted,
}) => {
  const [model, first, second] = [`${scripted}:words-20`, `${scripted}:words-21`, `${scripted}:words-22`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  const options = await openOptions(app);
  await options.getByRole('textbox', { name: 'Executions at once' }).fill('3');
  await options.getByRole('checkbox', { name: 'Cancel what is left after the first failure' }).check();
  await options.getByRole('checkbox', { name: 'Go on with it after a restart' }).check();
  for (const fallback of [first, second]) {
    await options.getByRole('button', { name: 'Add fallback model' }).click();
    await app.getByRole('textbox', { name: 'Search, or type provider:model' }).fill(fallback);
    await app.getByRole('option', { name: fallback }).first().click();
  }
  await expect(options.getByRole('listitem')).toHaveText([first, second]);
  await options.getByRole('textbox', { name: 'Executions at once' }).press('Escape');
  await expect(app.getByRole('button', { name: 'Options · 4' })).toBeVisible();

  await run(app);
  await expect.poll(async () => (await api.runList({})).items.length).toBe(1);
  const [told] = (await api.runList({})).items;
  const { run: made } = await api.runGet({ id: told?.id ?? '' });
  expect(made).toMatchObject({ concurrency: 3, failFast: true, onRestart: 'resume' });
  expect(made.fallbacks?.map((fallback) => fallback.model)).toEqual([first, second]);
});

test('a run of several models has no fallbacks', async ({ app, scripted }) => {
  await openPrompt(app, 'summarise');
  await chooseModels(app, [`${scripted}:words-20`, `${scripted}:words-21`]);
  const options = await openOptions(app);
  await expect(options.getByRole('textbox', { name: 'Executions at once' })).toBeVisible();
  await expect(options.getByRole('button', { name: 'Add fallback model' })).toHaveCount(0);
});
