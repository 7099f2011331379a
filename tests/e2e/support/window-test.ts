import { test as base } from '@playwright/test';
import { Bus } from '../window/bus';
import { Desktop, Display } from '../window/desktop';
import { Models } from './models';
import { Workspace } from './workspace';

export { expect } from '@playwright/test';

interface Fixtures {
  /** A session bus, for programs that are told its address. */
  bus: Bus;
  /** A folder in which no workspace was opened yet. */
  workspace: Workspace;
  /** Starts the app on the workspace; it is closed after the test. */
  open: () => Promise<Desktop>;
}

interface WorkerFixtures {
  display: Display;
  models: Models;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  display: [
    async ({}, use) => {
      const display = await Display.start();
      await use(display);
      await display.stop();
    },
    { scope: 'worker' },
  ],
  models: [
    async ({}, use) => {
      const models = await Models.start();
      await use(models);
      await models.stop();
    },
    { scope: 'worker' },
  ],
  bus: async ({}, use) => {
    const bus = await Bus.start();
    await use(bus);
    await bus.stop();
  },
  workspace: async ({}, use) => {
    const workspace = await Workspace.create();
    await use(workspace);
    await workspace.remove();
  },
  open: async ({ workspace, display }, use, info) => {
    const opened: Desktop[] = [];
    await use(async () => {
      const desktop = await Desktop.start(display, workspace);
      opened.push(desktop);
      return desktop;
    });
    const last = opened.at(-1);
    if (last !== undefined && info.status !== info.expectedStatus) {
      const picture = await last.session.screenshot().catch(() => undefined);
      if (picture !== undefined) await info.attach('window', { body: picture, contentType: 'image/png' });
      await info.attach('output', { body: last.output(), contentType: 'text/plain' });
    }
    for (const desktop of opened) await desktop.stop();
  },
});
