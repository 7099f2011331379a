import { violations } from '../support/accessibility';
import { expect, test } from '../support/browser-test';
import { tours } from '../support/tour';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const { area, tour } of tours) {
      test(`every screen of ${area} is accessible in ${colorScheme}`, async ({ app, api, scripted }) => {
        for (const { name, visit } of tour(app, api, scripted)) {
          await visit();
          expect.soft(await violations(app), name).toEqual([]);
        }
      });
    }
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
  await expect(app.locator('[data-action][data-selected]')).toHaveText('Use dark colours');
  await app.keyboard.press('Enter');
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await app.reload();
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('the smallest window scrolls nowhere but in its panes', async ({ app }) => {
  await app.setViewportSize({ width: 960, height: 600 });
  await expect(app.getByRole('region', { name: 'code-review' })).toBeVisible();
  const overflow = () =>
    app.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return [scrollWidth - window.innerWidth, scrollHeight - window.innerHeight];
    });
  await expect.poll(overflow).toEqual([0, 0]);
});
