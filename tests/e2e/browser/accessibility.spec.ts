import { violations } from '../support/accessibility';
import { expect, test } from '../support/browser-test';
import { tour } from '../support/tour';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test(`every screen is accessible in ${colorScheme}`, async ({ app, api, scripted }) => {
      for (const { name, visit } of tour(app, api, scripted)) {
        await visit();
        expect.soft(await violations(app), name).toEqual([]);
      }
    });
  });
}

test('the colours follow the system until somebody chooses', async ({ app }) => {
  const scheme = app.locator('html');
  await app.emulateMedia({ colorScheme: 'dark' });
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await app.emulateMedia({ colorScheme: 'light' });
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'light');
  await app.keyboard.press('Control+k');
  await app.getByPlaceholder('Search prompts and commands').fill('dark');
  await app.keyboard.press('Enter');
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await app.reload();
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('the smallest window scrolls nowhere but in its panes', async ({ app }) => {
  await app.setViewportSize({ width: 960, height: 600 });
  await expect(app.getByRole('region', { name: 'code-review' }).or(app.getByRole('main'))).not.toHaveCount(0);
  const overflow = await app.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return [scrollWidth - window.innerWidth, scrollHeight - window.innerHeight];
  });
  expect(overflow).toEqual([0, 0]);
});
