import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('the call of a column is copied as a program, without its key', async ({ app, scripted }) => {
  await openPrompt(app, 'summarise');
  await app.getByRole('textbox', { name: 'text' }).fill("It's long.");
  const model = `${scripted}:words-3`;
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('finish');
  await column(app, model)
    .getByRole('button', { name: `More about the answer of ${model}` })
    .click();
  await app.getByRole('menuitem', { name: 'Copy the call as' }).hover();
  await app.getByRole('menuitem', { name: 'curl', exact: true }).click();
  await expect(app.getByText('Copied', { exact: true })).toBeVisible();
  const copied = await app.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^curl --no-buffer 'http:\/\/127\.0\.0\.1:\d+.*\/chat\/completions'/);
  expect(copied).toContain("It'\\''s long.");
  expect(copied).toContain('"model": "words-3"');
});
