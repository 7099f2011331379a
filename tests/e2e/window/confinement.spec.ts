import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Program, programs } from '../support/program';
import { expect, test } from '../support/window-test';
import type { Session } from './webdriver';

const invoke = (session: Session, command: string, args: object): Promise<unknown> =>
  session.run('return window.__TAURI_INTERNALS__.invoke(args[0], args[1])', command, args);

/** The window that shows the page, with the focus of the driver on it. */
async function focus(session: Session, address: string): Promise<void> {
  await session.until(`a window at ${address}`, async () => {
    for (const handle of await session.windows()) {
      await session.switchTo(handle);
      if ((await session.url()).startsWith(address)) return handle;
    }
    return undefined;
  });
}

test('the page reaches the operations of the workspace and nothing else', async ({ open }) => {
  const { session } = await open();
  await expect(invoke(session, 'workspace_get', { request: {} })).resolves.toHaveProperty('name');
  for (const command of [
    'plugin:window|close',
    'plugin:event|emit',
    'plugin:window-state|filename',
    'shell',
  ]) {
    await expect(invoke(session, command, {})).rejects.toThrow(/not allowed|not found/);
  }
  await expect(invoke(session, 'open_external', { url: 'file:///etc/passwd' })).rejects.toThrow(
    'is not an address that can be opened',
  );
});

test('nothing from outside runs in the page, and the page stays where it is', async ({ open }) => {
  const requests: string[] = [];
  const outside = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end('window.stranger = true');
  }).listen(0, '127.0.0.1');
  await once(outside, 'listening');
  const stranger = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  try {
    const { session } = await open();

    const scripts = await session.run<string[]>(
      `const inline = document.createElement('script');
       inline.textContent = 'window.stranger = true';
       document.body.append(inline);
       const linked = document.createElement('script');
       const refused = new Promise((resolve) => {
         linked.onerror = () => resolve('refused');
         linked.onload = () => resolve('loaded');
       });
       linked.src = args[0] + '/script.js';
       document.body.append(linked);
       let evaluated;
       try { evaluated = String((0, eval)('1 + 1')); } catch { evaluated = 'refused'; }
       return [await refused, evaluated, window.stranger === undefined ? 'untouched' : 'touched'];`,
      stranger,
    );
    expect(scripts).toEqual(['refused', 'refused', 'untouched']);

    await expect(session.run('await fetch(args[0])', `${stranger}/fetch`)).rejects.toThrow();
    const image = await session.run(
      `const image = new Image();
       return new Promise((resolve) => {
         image.onload = () => resolve('loaded');
         image.onerror = () => resolve('refused');
         image.src = args[0] + '/pixel.png';
       });`,
      stranger,
    );
    expect(image).toBe('refused');

    const opened = await session.run('return window.open(args[0]) === null', `${stranger}/popup`);
    expect(opened).toBe(true);
    await session.run('location.assign(args[0])', `${stranger}/away`);
    // The refusal is told to nobody; a round trip through the page shows that it is still there.
    expect(await session.run('return document.readyState')).toBe('complete');
    expect(await session.url()).toMatch(/^tauri:\/\/localhost\//);
    expect(await session.windows()).toHaveLength(1);
    expect(requests).toEqual([]);
  } finally {
    outside.close();
  }
});

test('a failure of the last time is shown once, in a window that may call nothing', async ({
  open,
  workspace,
}) => {
  const logs = join(workspace.folder, 'logs');
  await mkdir(logs, { recursive: true });
  await writeFile(join(logs, 'crash-1.txt'), 'place: crates/engine/src/core.rs:1:1\n');

  const first = await open();
  await focus(first.session, 'notice:');
  const text = await (await first.session.find('//pre')).text();
  expect(text).toContain('core.rs:1:1');
  await expect(invoke(first.session, 'workspace_get', { request: {} })).rejects.toThrow('not allowed');
  const close = await first.session.find('//a');
  // The window can be gone before the driver has the answer of the click.
  await close.click().catch((error: unknown) => {
    expect(error).toHaveProperty('code', 'no such window');
  });
  await first.session.until('the notice to close', async () =>
    (await first.session.windows()).length === 1 ? true : undefined,
  );
  await focus(first.session, 'tauri:');
  await first.stop();

  const second = await open();
  await focus(second.session, 'tauri:');
  expect(await second.session.windows()).toHaveLength(1);
  expect(await readdir(logs)).toContain('crash-1.shown.txt');
});

test('a workspace that cannot be opened is told in a window, with what to do', async ({
  open,
  workspace,
}) => {
  const store = join(workspace.folder, 'formaops.db');
  await mkdir(workspace.folder, { recursive: true });
  await writeFile(store, 'this was a database once'.repeat(1000));
  const { session } = await open();
  expect(await session.url()).toContain('notice:');
  expect(await (await session.find('//h1')).text()).toBe('FormaOps cannot open the workspace');
  expect(await (await session.find('//p[@role="alert"]')).text()).toContain(`\`${store}\` is damaged`);
  expect(await (await session.find('//p[@class="hint"]')).text()).toContain('Nothing was overwritten');
  expect(await readFile(store, 'utf8')).toContain('this was a database once');
});

test('a second start ends at once and leaves the first window', async ({ open, workspace, display }) => {
  const first = await open();
  await focus(first.session, 'tauri:');
  const second = new Program(programs.desktop, ['--workspace', workspace.folder], {
    ...workspace.env,
    DISPLAY: display.name,
  });
  await second.ended();
  expect(second.output()).toBe('');
  await expect(invoke(first.session, 'workspace_get', { request: {} })).resolves.toHaveProperty('name');
});
