import { type Locator, type Page, expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

/** The form of the parameters of a model, opened. */
async function parameters(app: Page, model: string): Promise<Locator> {
  // What is set is a part of its name.
  await app.getByRole('button', { name: `Parameters of ${model}` }).click();
  const form = app.getByRole('dialog').filter({ hasText: 'Empty fields are taken from the prompt' });
  await expect(form).toBeVisible();
  return form;
}

test('parameters are set, sent, and said beside the model', async ({ app, api, scripted }) => {
  const model = `${scripted}:words-20`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  const form = await parameters(app, model);
  await form.getByLabel('Temperature').fill('0.5');
  await form.getByRole('combobox', { name: 'Reasoning effort' }).fill('low');
  await expect(form.getByLabel('Top k')).toHaveCount(0);
  await form.getByRole('button', { name: 'Advanced' }).click();
  await form.getByLabel('Top k').fill('40');
  await form.getByText('JSON', { exact: true }).click();
  await app.keyboard.press('Escape');
  await expect(app.getByRole('toolbar', { name: 'Models to run on' })).toContainText(
    'top k 40 · effort low · JSON',
  );
  await run(app);
  await expect(column(app, model)).toContainText('✓');
  expect((await api.executionList({})).items[0]?.parameters).toEqual({
    temperature: 0.5,
    topK: 40,
    reasoningEffort: 'low',
    responseFormat: { kind: 'json' },
  });
  // What is set among the rare ones is not hidden.
  await expect((await parameters(app, model)).getByLabel('Top k')).toHaveValue('40');
});

test('an answer is asked for in the shape that a validation checks', async ({ app, api, scripted }) => {
  const model = `${scripted}:json`;
  await openPrompt(app, 'code-review');
  await chooseModels(app, [model]);
  const form = await parameters(app, model);
  await form.getByRole('button', { name: 'Advanced' }).click();
  await form.getByText('JSON Schema', { exact: true }).click();
  const schema = form.getByRole('textbox', { name: 'JSON Schema of the answer' });
  await expect(schema).toContainText('overall_rating');
  await schema.fill('{"type": "object"');
  await expect(form.getByText(/Not valid JSON/)).toBeVisible();
  await app.keyboard.press('Escape');
  await run(app);
  const told = app.getByRole('alert').filter({ hasText: 'Nothing was sent' });
  await expect(told).toContainText(`The JSON Schema of the answer of ${model} is not valid`);
  await expect(schema).toBeFocused();
  await schema.fill('{"type": "object"}');
  await form.getByRole('button', { name: /^Use the schema of/ }).click();
  await expect(schema).toContainText('overall_rating');
  await app.keyboard.press('Escape');
  await run(app);
  await expect(column(app, model)).toContainText('1 of 1 hold');
  const [execution] = (await api.executionList({})).items;
  expect(execution?.parameters.responseFormat).toMatchObject({ kind: 'schema' });
});

test('tools start from an example, are checked as they are typed, and nothing is sent until they are mended', async ({
  app,
  api,
  scripted,
}) => {
  const model = `${scripted}:tool`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  const form = await parameters(app, model);
  await form.getByRole('button', { name: 'Advanced' }).click();
  await form.getByRole('button', { name: 'Start from an example' }).click();
  const tools = form.getByRole('textbox', { name: /^Tools the model may ask for/ });
  await expect(tools).toContainText('get_weather');
  await form.getByRole('combobox', { name: 'Asking for tools' }).click();
  await form.getByRole('option', { name: 'It must ask for get_weather' }).click();
  await tools.fill('[{"name": "two words"}]');
  await expect(form.getByText(/Tool 1 needs a name/)).toBeVisible();
  await app.keyboard.press('Escape');
  await run(app);
  await expect(
    app.getByRole('alert').filter({ hasText: `The list of tools of ${model} is not valid` }),
  ).toBeVisible();
  await expect(tools).toBeFocused();
  await expect(tools).toContainText('two words');
  await form.getByRole('button', { name: 'Discard this text' }).click();
  await app.keyboard.press('Escape');
  await run(app);
  await expect(column(app, model)).toContainText('get_weather');
  const [execution] = (await api.executionList({})).items;
  expect(execution?.parameters.tools?.[0]?.name).toBe('get_weather');
  expect(execution?.parameters.toolChoice).toEqual({ tool: 'get_weather' });
});
