import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

test('a provider that is called too often is asked again, and the column says why it waits', async ({
  app,
  api,
  scripted,
}) => {
  const model = `${scripted}:fail-429`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('attempt 2 of 4');
  await expect(column(app, model)).toContainText('is called too often');
  await app.keyboard.press('Control+.');
  await expect(column(app, model)).toContainText('cancelled');
  const [execution] = (await api.executionList({})).items;
  // It has waited for the next of its four attempts: the provider says how long, and a slow machine may see one more.
  expect((await api.executionGet({ id: execution?.id ?? '' })).attempts.length).toBeLessThan(4);
});
