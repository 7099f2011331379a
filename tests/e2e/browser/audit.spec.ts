import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page, test } from '../support/browser-test';
import { Host } from '../support/host';

/** The screen of the trail, gone to by settings. */
async function openTrail(app: Page): Promise<Locator> {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Audit', exact: true }).click();
  const trail = app.getByRole('table', { name: 'Audit trail' });
  await expect(trail.getByRole('row').nth(1)).toBeVisible();
  return trail;
}

async function choose(app: Page, filter: string, option: string): Promise<void> {
  await app.getByRole('search', { name: 'Filter the trail' }).getByRole('combobox', { name: filter }).click();
  await app.getByRole('option', { name: option, exact: true }).click();
}

test('a change is listed with who made it, and shown with the states before and after', async ({
  app,
  api,
}) => {
  const prompt = await api.promptUpdate({ id: 'summarise', title: 'A shorter text' });
  const trail = await openTrail(app);
  const row = trail.getByRole('row').nth(1);
  await expect(row).toContainText('prompt.update');
  await expect(row).toContainText(prompt.id);
  await expect(row).toContainText('tests');
  await expect(row).toContainText('HTTP API');
  await row.getByRole('button').click();
  const details = app.getByRole('dialog', { name: /^Event \d/ });
  const states = details.getByRole('region', { name: 'State before and after' });
  await expect(states.getByRole('textbox', { name: 'After', exact: true })).toContainText('"A shorter text"');
  await expect(states.getByRole('textbox', { name: 'Before', exact: true })).not.toContainText(
    'A shorter text',
  );
  await expect(details).toContainText('prompt_update');
  await details.getByRole('link', { name: 'Open the prompt' }).click();
  await expect(app).toHaveURL(new RegExp(`/prompts/${prompt.id}`));
});

test('the trail is narrowed by kind, place, person and record, and follows what is changed', async ({
  app,
  api,
}) => {
  const prompt = await api.promptUpdate({ id: 'summarise', title: 'A shorter text' });
  await api.budgetCreate({ scope: 'workspace', period: 'month', capUsd: '20', kind: 'hard' });
  const trail = await openTrail(app);
  await choose(app, 'Kind of record', 'Budgets');
  await expect(trail.getByRole('row')).toHaveCount(2);
  await expect(trail.getByRole('row').nth(1)).toContainText('budget.create');
  await api.budgetCreate({ scope: 'workspace', period: 'day', capUsd: '2', kind: 'soft' });
  await expect(trail.getByRole('row')).toHaveCount(3);
  await choose(app, 'Kind of record', 'Runs');
  await expect(app.getByText('No event matches')).toBeVisible();
  await api.runCreate({ prompt: prompt.id, models: [{ model: 'dry-run:echo' }], inputs: { text: 'Hi' } });
  await expect(trail.getByRole('row').filter({ hasText: 'run.create' })).toBeVisible();
  await choose(app, 'From where', 'Linked file');
  await expect(app.getByText('No event matches')).toBeVisible();
  await app.getByRole('button', { name: 'Show all events' }).click();

  await choose(app, 'Who', 'tests');
  await expect(trail.getByRole('row')).toHaveCount(5);
  const record = app.getByRole('textbox', { name: 'Id or name of a record' });
  await record.fill(prompt.id);
  await record.press('Enter');
  await expect(trail.getByRole('row')).toHaveCount(2);
  await expect(app).toHaveURL(new RegExp(`record=${prompt.id}`));
  await app.goBack();
  await expect(trail.getByRole('row')).toHaveCount(5);
});

test('a long trail is read as it is scrolled, by keyboard too', async ({ app, api }) => {
  for (const number of Array.from({ length: 130 }, (_, at) => at)) {
    await api.promptUpdate({ id: 'summarise', title: `Title ${number}` });
  }
  const trail = await openTrail(app);
  expect(await trail.getByRole('row').count()).toBeLessThan(80);
  await trail.getByRole('button').first().focus();
  await app.keyboard.press('End');
  await expect(trail.locator('button[data-index="99"]')).toBeFocused();
  await expect(trail.locator('tr[data-index="100"]')).toBeAttached();
  await app.keyboard.press('End');
  await expect(trail.getByRole('row').last().getByRole('button')).toBeFocused();
  await expect(trail.locator('button[data-index="99"]')).not.toBeAttached();
  await app.keyboard.press('Enter');
  await expect(app.getByRole('dialog', { name: 'Event 1', exact: true })).toBeVisible();
});

test('the trail is verified, and where somebody changed it the place is named', async ({
  app,
  api,
  host,
  workspace,
}) => {
  await api.promptUpdate({ id: 'summarise', title: 'A shorter text' });
  await openTrail(app);
  const verify = app.getByRole('button', { name: 'Verify the trail' });
  await verify.click();
  await expect(app.getByText(/^The trail holds: \d+ events, each as it was written\.$/)).toBeVisible();
  const { head, events } = await api.auditVerify({});
  await expect(app.getByText(head ?? '', { exact: true })).toBeVisible();

  await host.stop();
  const file = join(workspace.folder, 'formaops.db');
  const bytes = await readFile(file, 'latin1');
  // In the table and in its index alike, as a change by SQL would do.
  const changed = bytes.replaceAll('prompt.update', 'prompt.upd4te');
  expect(changed).not.toBe(bytes);
  await writeFile(file, changed, 'latin1');
  const again = await Host.start(workspace);
  try {
    await app.goto(again.address);
    await openTrail(app);
    await verify.click();
    const broken = app.getByText(/^The trail is broken at event \d+$/);
    await expect(broken).toBeVisible();
    await expect(app.getByText('is not what was written: its hash says otherwise')).toBeVisible();
    await app.getByRole('button', { name: /^Show event \d+$/ }).click();
    await expect(app.getByRole('dialog', { name: /^Event \d+$/ })).toContainText('prompt.upd4te');
    const report = await app.getByRole('heading', { name: /^Event \d+$/ }).textContent();
    expect(Number(report?.replace('Event ', ''))).toBeLessThanOrEqual(events);
  } finally {
    await again.stop();
  }
});
