import { type Page, expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

const DOLLAR = 1_000_000_000;

/** A dollar a million tokens, and answers of a thousand at most. */
const paid = { price: { input: DOLLAR, output: DOLLAR }, maxOutputTokens: 1_000 };

async function openBudgets(app: Page): Promise<void> {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Budgets', exact: true }).click();
}

test('a budget is made, changed, deleted and brought back', async ({ app, api }) => {
  await openBudgets(app);
  await expect(app.getByText('Nothing limits what runs may cost.')).toBeVisible();
  await app.getByRole('button', { name: 'New budget' }).click();
  const form = app.getByRole('dialog', { name: 'New budget' });
  await form.getByText('A prompt', { exact: true }).click();
  await form.getByRole('combobox', { name: 'Prompt' }).click();
  await app.getByRole('option', { name: 'summarise' }).click();
  const cap = form.getByRole('textbox', { name: 'At most, in dollars' });
  await cap.fill('a lot');
  await form.getByRole('button', { name: 'Make budget' }).click();
  await expect(form).toContainText('Write an amount in dollars');
  await cap.fill('$2.50');
  await form.getByText('Warns', { exact: true }).click();
  await form.getByRole('button', { name: 'Make budget' }).click();
  const row = app.getByRole('row').filter({ hasText: 'Prompt summarise' });
  await expect(row).toContainText('$0 of $2.50');
  await expect(row).toContainText('Each month');
  await expect(row).toContainText('Warns');

  await row.getByRole('button', { name: 'Edit the budget for Prompt summarise' }).click();
  const edit = app.getByRole('dialog', { name: 'Budget for Prompt summarise' });
  await edit.getByRole('textbox', { name: 'At most, in dollars' }).fill('4');
  await edit.getByText('Each day', { exact: true }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('$0 of $4');
  await expect(row).toContainText('Each day');

  await row.getByRole('button', { name: 'Delete the budget for Prompt summarise' }).click();
  await expect(row).toHaveCount(0);
  expect((await api.budgetList({})).items).toEqual([]);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toContainText('$0 of $4');
});

test('what is spent is seen as it happens, and a budget near its end in the status bar', async ({
  app,
  api,
  scripted,
}) => {
  const model = `${scripted}:words-20`;
  await api.modelUpdate({ model, ...paid });
  await api.budgetCreate({ scope: `provider:${scripted}`, period: 'day', capUsd: '0.00001', kind: 'soft' });
  await openBudgets(app);
  const meter = app.getByRole('meter', { name: `Budget for ${scripted}` });
  await expect(meter).toHaveAttribute('aria-valuetext', '$0 of $0.00001');
  await expect(app.getByRole('contentinfo')).not.toContainText('Budget');
  await api.runCreate({ prompt: 'summarise', models: [{ model }], inputs: { text: 'Something long.' } });
  await expect(app.getByText(/The budget for scripted is used up: /)).toBeVisible();
  await expect(meter).toHaveAttribute('aria-valuenow', '100');
  await expect(app.getByRole('contentinfo')).toContainText(`Budget ${scripted}:`);

  const spent = app.getByRole('region', { name: 'Spent this month' });
  await spent.getByText('Model', { exact: true }).click();
  await expect(spent.getByRole('row').filter({ hasText: model })).toContainText('1');
});

test('the cost is there before the click, a cap stops the call, and once it is raised the call is made', async ({
  app,
  api,
  scripted,
}) => {
  const model = `${scripted}:words-20`;
  await api.modelUpdate({ model, ...paid });
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  const cost = app.getByRole('button', { name: /^Cost: / });
  await expect(cost).toContainText('up to $0.0011');
  await cost.click();
  await app.getByRole('textbox', { name: 'Stop at, in dollars' }).fill('0.0005');
  await expect(app.getByText('The cap is below what the run can cost at most')).toBeVisible();
  await app.keyboard.press('Escape');
  await expect(cost).toContainText('cap $0.0005');

  await run(app);
  const card = column(app, model).getByRole('alert');
  await expect(card).toContainText('This call could go past a budget');
  await expect(card).toContainText("of the run's cap of $0.0005 only $0.0005 is left");
  await expect(card.getByRole('link', { name: 'Open budgets' })).toHaveAttribute('href', /settings\/budgets/);
  await card.getByRole('button', { name: 'Raise the cap' }).click();
  const dialog = app.getByRole('dialog', { name: 'What this run may cost' });
  await dialog.getByRole('textbox', { name: 'At most, in dollars' }).fill('1');
  await dialog.getByRole('button', { name: 'Set cap' }).click();
  await expect(dialog).toHaveCount(0);
  await card.getByRole('button', { name: 'Try again' }).click();
  await expect(column(app, model)).toContainText('word');
  await expect(card).toHaveCount(0);

  const [done] = (await api.runList({})).items;
  await app.goto(new URL(`/runs/${done?.id ?? ''}`, app.url()).href);
  await expect(app.getByRole('region', { name: 'summarise' })).toContainText(/\$0\.0\d+ of \$1/);
});

test('a model without a price is not called under a cap, and the card leads to where the price is set', async ({
  app,
  api,
}) => {
  // Not of this machine, so it is not free; and never called.
  await api.providerCreate({ name: 'outside', kind: 'openai-chat', baseUrl: 'https://192.0.2.1/v1' });
  await openPrompt(app, 'summarise');
  await chooseModels(app, ['outside:model']);
  const cost = app.getByRole('button', { name: /^Cost: unknown/ });
  await cost.click();
  await app.getByRole('textbox', { name: 'Stop at, in dollars' }).fill('1');
  await expect(app.getByText('is not called under a cap')).toBeVisible();
  await app.keyboard.press('Escape');
  await run(app);
  const card = column(app, 'outside:model').getByRole('alert');
  await expect(card).toContainText('Nobody knows what this costs');
  await card.getByRole('link', { name: 'Set its price' }).click();
  await expect(app).toHaveURL(/settings\/providers\/prv_/);
  expect((await api.egressTotals({})).items).toEqual([]);
});

test('a longest answer that one model alone is asked for counts in what the run can cost', async ({
  app,
  api,
  scripted,
}) => {
  const [one, other] = [`${scripted}:words-20`, `${scripted}:words-21`];
  for (const model of [one, other]) await api.modelUpdate({ model, ...paid });
  await openPrompt(app, 'summarise');
  await chooseModels(app, [one, other]);
  await app.getByRole('textbox', { name: 'text' }).fill('Something long.');
  const cost = app.getByRole('button', { name: /^Cost: / });
  await expect(cost).toContainText('$0.002');
  await app.getByRole('button', { name: `Parameters of ${one}`, exact: true }).click();
  await app.getByRole('dialog').getByLabel('Most tokens').fill('10');
  await expect(cost).toContainText('$0.001');
  await app.keyboard.press('Escape');
});
