import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';

const FOLDER = join(import.meta.dirname, '../../../docs/screens');

/** The sizes and schemes in which every picture is taken. */
export const LOOKS = [
  { width: 1440, height: 900 },
  { width: 960, height: 600 },
].flatMap((viewport) =>
  (['light', 'dark'] as const).map((colorScheme) => ({
    name: `${colorScheme}-${viewport.width}x${viewport.height}`,
    viewport,
    colorScheme,
  })),
);

/** Takes a picture of what is on the screen. */
export async function takePicture(app: Page, name: string, look: string): Promise<void> {
  await app.screenshot({ path: join(FOLDER, `${name}-${look}.png`), animations: 'disabled' });
}

/** Goes to a place of the app as a link in it would. */
export async function visit(app: Page, path: string, heading: string): Promise<void> {
  await app.evaluate((place) => {
    history.pushState(null, '', place);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await expect(app.getByRole('heading', { name: heading }).first()).toBeVisible();
}
