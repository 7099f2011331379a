import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programs } from '../support/program';
import { test } from '../support/window-test';
import type { Display } from './desktop';
import { keys } from './webdriver';

const run = promisify(execFile);

/** Does with pointer and keys what somebody at the display would: the driver of the page reaches only the page. */
async function atDisplay({ name }: Display, ...acts: string[]): Promise<void> {
  await run(programs.pointer, acts, { env: { ...process.env, DISPLAY: name } });
}

/** Opens the first menu of the window, which its title is a part of; keys go on from there. */
async function openFirstMenu(display: Display): Promise<void> {
  await atDisplay(display, 'mousemove', '20', '12', 'click', '1');
}

test('what is chosen from the menu of the window is done by the page', async ({ display, open }) => {
  const { session } = await open();
  await session.find(`//h1[.='code-review']`);

  await openFirstMenu(display);
  await atDisplay(display, 'key', 'Down', 'Return');
  await session.find(`//*[@role='dialog' and contains(., 'New prompt')]`);
  await session.press(keys.escape);

  // The last menu is beside the first.
  await openFirstMenu(display);
  await atDisplay(display, 'key', 'Left', 'Down', 'Return');
  await session.find(`//*[@role='dialog' and contains(., 'Keyboard shortcuts')]`);
});
