import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

test('an execution that waits for a full provider says so, and when its run is paused it says that', async ({
  app,
  api,
  scripted,
}) => {
  const provider = (await api.providerList({})).items.find(({ name }) => name === scripted);
  await api.providerUpdate({ id: provider?.id ?? '', maxConcurrent: 1 });
  const models = [`${scripted}:slow-200x2000`, `${scripted}:slow-200x2001`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, models);
  await run(app);
  const full = `${scripted} takes 1 at once, and has 1 on the wire`;
  await expect(app.getByText(full)).toHaveCount(1);

  const [told] = (await api.runList({})).items;
  const id = told?.id ?? '';
  await api.runPause({ id });
  await expect(app.getByText('Waiting until its run goes on: it is paused').first()).toBeVisible();
  await expect(app.getByText(full)).toHaveCount(0);
  await api.runCancel({ id });
});

test('an execution of a model that is left alone says until when', async ({ app, api, scripted }) => {
  await api.configUpdate({ name: 'failure_threshold', value: '1' });
  const model = `${scripted}:fail-500`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText(
    /scripted:fail-500 is left alone after repeated failures, until \d\d:\d\d:\d\d/,
  );
  // A host that is asked to end waits for what is under way.
  await app.keyboard.press('Control+.');
  await expect(column(app, model)).toContainText('cancelled');
});
