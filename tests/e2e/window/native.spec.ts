import { expect, test } from '../support/window-test';
import { chooseModels } from './choose';
import { keys } from './webdriver';

test('keys that a browser keeps to itself work in the window', async ({ open }) => {
  const { session } = await open();
  await session.find(`//h1[.='code-review']`);
  const width = () => session.run<number>('return window.innerWidth');
  const own = await width();
  await session.press(keys.control, '=');
  await session.until('everything to be larger', async () => ((await width()) < own ? true : undefined));
  await session.press(keys.control, '0');
  await session.until('everything in its own size', async () => ((await width()) === own ? true : undefined));

  await (await session.find(`//aside//a[contains(., 'summarise')]`)).click();
  await session.find(`//h1[.='summarise']`);
  await session.press(keys.control, keys.tab);
  await session.find(
    `//section[@aria-label='code-review' and not(ancestor-or-self::*[contains(@style, 'none')])]`,
  );
  await session.press(keys.control, 'w');
  await session.find(
    `//section[@aria-label='summarise' and not(ancestor-or-self::*[contains(@style, 'none')])]`,
  );
  await session.until('the strip of tabs to go', async () => {
    const left = await session.findAll(`//nav[@aria-label='Open prompts']`);
    return left.length === 0 ? true : undefined;
  });
});

test('the size of the page is kept for the next start', async ({ open }) => {
  const first = await open();
  await first.session.find(`//h1[.='code-review']`);
  const width = (session: typeof first.session) => session.run<number>('return window.innerWidth');
  const own = await width(first.session);
  await first.session.press(keys.control, '-');
  await first.session.until('everything to be smaller', async () =>
    (await width(first.session)) > own ? true : undefined,
  );
  const small = await width(first.session);
  await first.stop();
  const again = await open();
  await again.session.find(`//h1[.='code-review']`);
  const same = await again.session.until('the size of before', async () =>
    (await width(again.session)) === small ? true : undefined,
  );
  expect(same).toBe(true);
});

test('the desktop tells that a long run has ended while its window was not looked at', async ({
  bus,
  open,
  workspace,
  models,
}) => {
  workspace.variables['DBUS_SESSION_BUS_ADDRESS'] = bus.address;
  const { session } = await open();
  await session.find(`//h1[.='code-review']`);
  // Longer than the ten seconds after which a reader may have gone elsewhere.
  await chooseModels(session, models.baseUrl, ['local:slow-50x220']);
  // Without a window manager the only window keeps the focus, so it is the page that is told otherwise.
  await session.run('document.hasFocus = () => false');
  await session.press(keys.control, keys.enter);
  const said = await session.until('the desktop to be told', () => {
    const told = bus.said();
    return Promise.resolve(told.includes('member=Notify') ? told : undefined);
  });
  expect(said).toContain('string "FormaOps"');
  expect(said).toContain('code-review');
});
