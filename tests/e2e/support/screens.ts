import { type Locator, type Page, expect } from '@playwright/test';

/** The prompt of that name, opened from the list. */
export async function openPrompt(app: Page, name: string): Promise<Locator> {
  await app
    .getByRole('complementary', { name: 'Prompts' })
    .getByRole('link', { name: `${name} ` })
    .click();
  const prompt = app.getByRole('region', { name, exact: true });
  await expect(prompt.getByRole('heading', { level: 1 })).toHaveText(name);
  return prompt;
}

/** Takes these models and no others for the next run. */
export async function chooseModels(app: Page, models: string[]): Promise<void> {
  const bar = app.getByRole('toolbar', { name: 'Models to run on' });
  const chosen = bar.getByRole('button', { name: /^Remove / });
  await expect(bar.getByRole('button', { name: /^Run/ })).toBeVisible();
  for (let count = await chosen.count(); count > 0; count -= 1) {
    await chosen.first().click();
    await expect(chosen).toHaveCount(count - 1);
  }
  for (const model of models) {
    await bar.getByRole('button', { name: 'Model', exact: true }).click();
    await app.getByRole('textbox', { name: 'Search, or type provider:model' }).fill(model);
    await app.getByRole('option', { name: model }).first().click();
    await expect(bar.getByRole('button', { name: `Parameters of ${model}`, exact: true })).toBeVisible();
  }
}

/** Presses Run. */
export async function run(app: Page): Promise<void> {
  await app.getByRole('toolbar', { name: 'Models to run on' }).getByRole('button', { name: /^Run/ }).click();
}

/** The column of a model. */
export function column(app: Page, model: string): Locator {
  return app.getByRole('article', { name: model, exact: true });
}

/** Chooses an entry of a column's menu. */
export async function fromMenu(app: Page, model: string, entry: string): Promise<void> {
  await column(app, model)
    .getByRole('button', { name: `More about the answer of ${model}` })
    .click();
  await app.getByRole('menuitem', { name: entry, exact: true }).click();
}

/** A figure of a column's footer, such as `latency`. */
export function figure(app: Page, model: string, name: string): Locator {
  return column(app, model)
    .locator('dl > div')
    .filter({ has: app.getByText(name, { exact: true }) })
    .locator('dd');
}

/** The editor of a prompt's text, or of its first message. */
export function template(prompt: Locator): Locator {
  return prompt.getByRole('textbox', { name: /^(Template|Message 1, .*)$/ });
}
