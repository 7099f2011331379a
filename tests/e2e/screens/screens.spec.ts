import { join } from 'node:path';
import { expect, type Page, test } from '../support/browser-test';
import { endless } from '../support/models';
import { chooseModels, column, run } from '../support/screens';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 960, height: 600 },
];
const SCHEMES = ['light', 'dark'] as const;
const FOLDER = join(import.meta.dirname, '../../../docs/screens');

/** Goes to a place of the app as a link in it would. */
async function visit(app: Page, path: string, heading: string): Promise<void> {
  await app.evaluate((place) => {
    history.pushState(null, '', place);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await expect(app.getByRole('heading', { name: heading }).first()).toBeVisible();
}

for (const viewport of SIZES) {
  for (const colorScheme of SCHEMES) {
    test.describe(`${colorScheme} at ${viewport.width}x${viewport.height}`, () => {
      test.use({ viewport, colorScheme });

      test('every screen', async ({ app, scripted }) => {
        const picture = async (name: string) => {
          const file = `${name}-${colorScheme}-${viewport.width}x${viewport.height}.png`;
          await app.screenshot({ path: join(FOLDER, file), animations: 'disabled' });
        };
        await expect(app.getByRole('heading', { level: 1 })).toHaveText('code-review');
        await picture('first-start');

        const models = [endless(60), 'json', 'fail-429'].map((model) => `${scripted}:${model}`);
        await chooseModels(app, models);
        await run(app);
        await expect(column(app, models[0] ?? '')).toContainText('word30 ');
        await expect(column(app, models[2] ?? '')).toContainText('failed');
        await picture('compare');
        await app.keyboard.press('Control+.');
        await expect(column(app, models[0] ?? '')).toContainText('cancelled');

        for (const tab of ['Rendered', 'Validations', 'Versions', 'Runs']) {
          await app.getByRole('tab', { name: tab }).click();
          await app.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
          await picture(`tab-${tab.toLowerCase()}`);
        }
        await visit(app, '/runs', 'Runs');
        await picture('runs');
        await visit(app, '/settings/providers', 'Providers');
        await picture('providers');
        await visit(app, '/settings/appearance', 'Appearance');
        await picture('appearance');
        await visit(app, '/settings/about', 'About');
        await picture('about');
        await app.keyboard.press('Control+k');
        await expect(app.getByRole('dialog')).toBeVisible();
        await picture('palette');
      });
    });
  }
}
