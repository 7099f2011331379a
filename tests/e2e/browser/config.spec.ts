import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, type Page, test } from '../support/browser-test';
import { Host } from '../support/host';

const setting = (app: Page, title: string) => app.getByRole('group', { name: title, exact: true });

async function openEngine(app: Page): Promise<void> {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Engine', exact: true }).click();
}

test('a number and a choice are written to the file, hold at once and are taken back', async ({
  app,
  api,
  workspace,
}) => {
  await openEngine(app);
  const retries = setting(app, 'Retries');
  await expect(retries).toContainText('the default');
  await retries.getByRole('textbox').fill('7');
  await retries.getByRole('textbox').press('Enter');
  await expect(retries).toContainText('from the file; the default is 3');
  await app.getByRole('radiogroup', { name: 'While a circuit is open' }).getByText('reject').click();
  await expect(setting(app, 'While a circuit is open')).toContainText('from the file');
  expect(await readFile(workspace.config, 'utf8')).toBe('retry_limit = 7\nfallback_strategy = "reject"\n');

  await retries.getByRole('button', { name: 'Reset Retries' }).click();
  await expect(retries).toContainText('the default');
  await expect(retries.getByRole('textbox')).toHaveValue('3');
  const { items } = await api.configGet();
  const held = items.map(({ name, value, source }) => [name, value, source]);
  expect(held).toContainEqual(['retry_limit', 3, 'default']);
  expect(held).toContainEqual(['fallback_strategy', 'reject', 'file']);
});

test('a value that is not allowed is told in its place and changes nothing', async ({ app, api }) => {
  await openEngine(app);
  const silence = setting(app, 'Longest silence');
  await silence.getByRole('textbox').fill('0');
  await silence.getByRole('textbox').press('Tab');
  await expect(silence.getByRole('alert')).toContainText('must be a whole number from 1 to 86400000, got 0');
  await expect(silence).toContainText('the default');
  await silence.getByRole('textbox').fill('45000');
  await silence.getByRole('textbox').press('Tab');
  await expect(silence).toContainText('from the file; the default is 30000 ms');
  await expect(silence.getByRole('alert')).toBeHidden();
  const { items } = await api.configGet();
  expect(items.find(({ name }) => name === 'timeout_ms')?.value).toBe(45_000);
});

test('what the environment holds is shown and not changed, and what is wrong is named everywhere', async ({
  page,
  workspace,
}) => {
  await mkdir(dirname(workspace.config), { recursive: true });
  await writeFile(workspace.config, '# mine\nretry_limt = 5\nui_threshold = "many"\n');
  workspace.variables['RETRY_LIMIT'] = '4';
  const host = await Host.start(workspace);
  try {
    await page.goto(host.address);
    await page.getByRole('link', { name: '2 problems in the configuration' }).click();
    const problems = page.getByRole('region', { name: '2 things are wrong' });
    await expect(problems).toContainText('did you mean retry_limit? line 2, column 1');
    await expect(problems).toContainText('must be a whole number from 0 to 1024');
    const retries = setting(page, 'Retries');
    await expect(retries).toContainText('set by the environment: RETRY_LIMIT');
    await expect(retries.getByRole('textbox')).toHaveValue('4');
    await expect(retries.getByRole('textbox')).not.toBeEditable();

    // Mended by hand, and looked at again.
    await writeFile(workspace.config, '# mine\nui_threshold = 3\n');
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByRole('link', { name: 'Engine', exact: true }).click();
    await expect(problems).toBeHidden();
    await expect(page.getByRole('link', { name: /problems? in the configuration/ })).toBeHidden();
    await expect(setting(page, 'Streams with a live screen').getByRole('textbox')).toHaveValue('3');
  } finally {
    await host.stop();
  }
});
