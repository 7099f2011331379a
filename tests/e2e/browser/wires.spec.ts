import { expect, test } from '../support/browser-test';
import { endless } from '../support/models';
import { chooseModels, column, openPrompt, run } from '../support/screens';
import { wires } from '../support/wires';

test('five wires at once stream in columns', async ({ app, api, models }) => {
  const origin = new URL(models.baseUrl).origin;
  for (const { kind, path } of wires) {
    await api.providerCreate({ name: kind, kind, baseUrl: `${origin}${path}` });
  }
  const streaming = wires.map(({ kind }) => `${kind}:${endless(40)}`);
  await openPrompt(app, 'summarise');
  await chooseModels(app, streaming);
  await run(app);
  for (const model of streaming) await expect(column(app, model)).toContainText('word3 ');
  for (const model of streaming) await expect(column(app, model)).toContainText('streaming');
  await app.keyboard.press('Control+.');
  for (const model of streaming) await expect(column(app, model)).toContainText('cancelled');

  const asking = wires.map(({ kind }) => `${kind}:tool`);
  await chooseModels(app, asking);
  await run(app);
  for (const model of asking) {
    const calls = column(app, model).getByRole('list', { name: 'Tool calls' });
    await expect(calls, model).toContainText('"city": "Zürich"');
    await expect(column(app, model), model).toContainText('tool calls');
  }
});
