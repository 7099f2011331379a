import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '../support/window-test';
import { endless } from '../support/models';
import { chooseModels } from './choose';
import { keys, type Session } from './webdriver';

const MODELS = [endless(50), endless(60), endless(70)].map((model) => `local:${model}`);

/** The column of a model, once it holds a text. */
const column = (session: Session, model: string, text: string) =>
  session.find(`//article[@aria-label='${model}'][contains(., '${text}')]`);

test('the first start shows a sample that runs at once', async ({ open }) => {
  const { session } = await open();
  await session.find(`//h1[.='code-review']`);
  await session.press(keys.control, keys.enter);
  await column(session, 'dry-run:echo', 'You review rust code');
  await column(session, 'dry-run:echo', 'stop');
});

test('an answer is saved as a file among the downloads', async ({ open, workspace }) => {
  const config = workspace.env['XDG_CONFIG_HOME'] ?? '';
  const downloads = join(config, 'downloads');
  await mkdir(downloads, { recursive: true });
  await writeFile(join(config, 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const { session } = await open();
  await session.find(`//h1[.='code-review']`);
  await session.press(keys.control, keys.enter);
  await column(session, 'dry-run:echo', 'stop');
  await (await session.find(`//button[@aria-label='More about the answer of dry-run:echo']`)).click();
  await (await session.find(`//*[@role='menuitem'][contains(., 'Save')]`)).click();
  await session.find(`//*[contains(., 'Saved as ${join(downloads, 'dry-run-echo.md')}')]`);
  const saved = await readFile(join(downloads, 'dry-run-echo.md'), 'utf8');
  if (!saved.includes('You review rust code')) throw new Error(`the file holds: ${saved}`);
});

test('three columns stream, and what had come is there after a kill and a new start', async ({
  open,
  models,
}) => {
  const first = await open();
  await first.session.find(`//h1[.='code-review']`);
  await chooseModels(first.session, models.baseUrl, MODELS);
  await first.session.press(keys.control, keys.enter);
  for (const model of MODELS) await column(first.session, model, 'word3 ');
  for (const model of MODELS) await column(first.session, model, 'streaming');
  // What is on the screen already is recorded a moment later.
  await first.session.until('the first words to be recorded', async () => {
    const request = { status: 'running' };
    const list =
      'return (await window.__TAURI_INTERNALS__.invoke("execution_list", { request: args[0] })).items';
    const items = await first.session.run<{ preview: string }[]>(list, request);
    return items.length === MODELS.length && items.every(({ preview }) => preview.includes('word3 '))
      ? true
      : undefined;
  });
  await first.kill();

  const { session } = await open();
  for (const model of MODELS) {
    await column(session, model, 'FormaOps ended before the answer did');
    // Where it is the last that came, it stands there without the space after it.
    await column(session, model, 'word3');
  }
});
