import { type Locator, type Page, expect, test } from '../support/browser-test';
import { chooseModels, openPrompt, run } from '../support/screens';

async function openOptions(app: Page): Promise<Locator> {
  await app.getByRole('button', { name: /^Options/ }).click();
  return app.getByRole('dialog', { name: /^Options/ });
}

async function addFallback(app: Page, options: Locator, model: string): Promise<void> {
  await options.getByRole('button', { name: 'Add fallback model' }).click();
  await app.getByRole('textbox', { name: 'Search, or type provider:model' }).fill(model);
  await app.getByRole('option', { name: model }).first().click();
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
  for (const fallback of [first, second]) await addFallback(app, options, fallback);
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

test('fallbacks are put in another order by pointer and by keys', async ({ app, api, scripted }) => {
  const [model, first, second, third] = [20, 21, 22, 23].map((words) => `${scripted}:words-${words}`) as [
    string,
    string,
    string,
    string,
  ];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  const options = await openOptions(app);
  for (const fallback of [first, second, third]) await addFallback(app, options, fallback);
  await options.getByRole('button', { name: `Move ${third} up` }).click();
  await expect(options.getByRole('listitem')).toHaveText([first, third, second]);

  // The button keeps the focus, so that it is pressed once for each place.
  const down = options.getByRole('button', { name: `Move ${first} down` });
  await down.focus();
  await app.keyboard.press('Enter');
  await expect(options.getByRole('listitem')).toHaveText([third, first, second]);
  await expect(down).toBeFocused();
  await app.keyboard.press('Enter');
  await expect(options.getByRole('listitem')).toHaveText([third, second, first]);
  await expect(down).toBeFocused();
  await expect(down).toHaveAttribute('aria-disabled', 'true');
  await app.keyboard.press('Enter');
  await expect(options.getByRole('listitem')).toHaveText([third, second, first]);

  await down.press('Escape');
  await run(app);
  await expect.poll(async () => (await api.runList({})).items.length).toBe(1);
  const [made] = (await api.runList({})).items;
  expect(made?.fallbacks?.map((fallback) => fallback.model)).toEqual([third, second, first]);
});

test('neither the model of the run nor a fallback is offered as a fallback', async ({ app, scripted }) => {
  const [model, fallback] = [`${scripted}:words-20`, `${scripted}:words-21`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  const options = await openOptions(app);
  await addFallback(app, options, fallback);
  await options.getByRole('button', { name: 'Add fallback model' }).click();
  const search = app.getByRole('textbox', { name: 'Search, or type provider:model' });
  await search.fill('dry-run:');
  await expect(app.getByRole('option', { name: 'dry-run:echo' })).toBeVisible();
  for (const taken of [model, fallback]) {
    await search.fill(taken);
    await expect(app.getByRole('option')).toHaveCount(0);
  }
  // Escape closes the list alone, then what it stands in.
  await search.press('Escape');
  await expect(search).toBeHidden();
  await expect(app.getByRole('button', { name: /^Options/, expanded: true })).toBeVisible();
  await options.getByRole('textbox', { name: 'Executions at once' }).press('Escape');
  await expect(options).toBeHidden();

  // One that becomes the model of the run is no fallback any more.
  await chooseModels(app, [fallback]);
  await expect(app.getByRole('button', { name: 'Options', exact: true })).toBeVisible();
});

test('a run of several models has no fallbacks', async ({ app, scripted }) => {
  await openPrompt(app, 'summarise');
  await chooseModels(app, [`${scripted}:words-20`, `${scripted}:words-21`]);
  const options = await openOptions(app);
  await expect(options.getByRole('textbox', { name: 'Executions at once' })).toBeVisible();
  await expect(options.getByRole('button', { name: 'Add fallback model' })).toHaveCount(0);
});
