import { type Page, test as base } from '@playwright/test';
import { type Api, Host, connect } from './host';
import { Models } from './models';
import { Workspace } from './workspace';

export { type Locator, type Page, expect } from '@playwright/test';

interface Fixtures {
  /** A new workspace, with the samples. */
  workspace: Workspace;
  /** `formaops serve` on it. */
  host: Host;
  /** Its operations, to make the world before a story and to look behind the screens after it. */
  api: Api;
  /** The page, logged in. */
  app: Page;
  /** The name of a provider for the scripted model server. */
  scripted: string;
}

interface WorkerFixtures {
  models: Models;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  models: [
    async ({}, use) => {
      const models = await Models.start();
      await use(models);
      await models.stop();
    },
    { scope: 'worker' },
  ],
  workspace: async ({}, use) => {
    const workspace = await Workspace.create();
    await use(workspace);
    await workspace.remove();
  },
  host: async ({ workspace }, use, info) => {
    const host = await Host.start(workspace);
    await use(host);
    await host.stop();
    if (info.status !== info.expectedStatus) {
      await info.attach('formaops serve', { body: host.output(), contentType: 'text/plain' });
    }
  },
  api: async ({ host, workspace }, use) => {
    await use(await connect(host, workspace));
  },
  scripted: async ({ api, models }, use) => {
    const name = 'scripted';
    await api.providerCreate({ name, kind: 'openai-chat', baseUrl: models.baseUrl });
    await use(name);
  },
  app: async ({ page, host }, use) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(host.address);
    // Logged in, and the first prompt of a new workspace is there.
    await page.getByRole('heading', { level: 1 }).waitFor();
    await use(page);
    if (errors.length > 0) throw new Error(`the page failed:\n${errors.join('\n')}`);
  },
});
