import { test } from '../support/window-test';
import { endless } from '../support/models';
import { wires } from '../support/wires';
import { keys } from './webdriver';

test('five wires at once stream in the window', async ({ open, models }) => {
  const { session } = await open();
  await session.find(`//h1[.='code-review']`);
  const origin = new URL(models.baseUrl).origin;
  const providers = wires.map(({ kind, path }) => ({ name: kind, kind, baseUrl: `${origin}${path}` }));
  const streaming = wires.map(({ kind }) => `${kind}:${endless(40)}`);
  await session.run(
    `const [providers, models] = args;
     for (const request of providers) await window.__TAURI_INTERNALS__.invoke('provider_create', { request });
     localStorage.setItem('formaops.models', JSON.stringify(models.map((model) => ({ model, parameters: {} }))));
     setTimeout(() => location.reload(), 0);`,
    providers,
    streaming,
  );
  await session.find(`//button[contains(., '${streaming[0]}')]`);
  await session.press(keys.control, keys.enter);
  const column = (model: string, text: string) =>
    session.find(`//article[@aria-label='${model}'][contains(., '${text}')]`);
  for (const model of streaming) await column(model, 'word3 ');
  for (const model of streaming) await column(model, 'streaming');
  await session.press(keys.control, '.');
  for (const model of streaming) await column(model, 'cancelled');
});
