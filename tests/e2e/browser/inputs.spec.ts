import { expect, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run, template } from '../support/screens';

test('a missing required input is named before anything is sent', async ({ app, api }) => {
  const prompt = await openPrompt(app, 'code-review');
  await prompt.getByRole('textbox', { name: 'code string, required' }).fill('');
  await run(app);
  await expect(prompt.getByText(/`?code`? (is required|has no value|needs a value)/).first()).toBeVisible();
  expect((await api.executionList({})).items).toEqual([]);
});

for (const { width, height } of [
  { width: 1440, height: 900 },
  { width: 960, height: 600 },
]) {
  test(`Run leads to the first input that is wrong, at ${width} x ${height}`, async ({ app, api }) => {
    const { prompt } = await api.promptCreate({
      name: 'wanting',
      content: {
        body: { kind: 'text', template: '{{first}} {{second}} {{third}}' },
        settings: { parameters: {} },
        validations: [],
        variables: ['first', 'second', 'third'].map((name) => ({ name, type: 'string', required: true })),
      },
    });
    await app.setViewportSize({ width, height });
    await app.goto(new URL(`/prompts/${prompt.id}`, app.url()).href);
    const open = app.getByRole('button', { name: /^Inputs/ });
    const field = (name: string) => app.getByRole('textbox', { name: `${name} string, required` });
    if (width < 1000) await open.click();
    await field('first').fill('one');
    if (width < 1000) await app.keyboard.press('Escape');
    await run(app);
    await expect(field('second')).toBeFocused();
    await expect(app.getByText(/`?second`? (is required|has no value|needs a value)/).first()).toBeVisible();
    // It is gone to again, from wherever one is by then.
    await app.keyboard.type('two');
    if (width < 1000) await app.keyboard.press('Escape');
    await run(app);
    await expect(field('third')).toBeFocused();
  });
}

test('an input that breaks a rule is refused with the rule', async ({ app, api }) => {
  const { prompt } = await api.promptCreate({
    name: 'rules',
    content: {
      body: { kind: 'text', template: 'Rate {{stars}} of {{word}}' },
      settings: { parameters: {} },
      validations: [],
      variables: [
        { name: 'stars', type: 'number', required: true, min: 1, max: 5 },
        { name: 'word', type: 'string', required: true, pattern: '^[a-z]+$' },
      ],
    },
  });
  await app.goto(new URL(`/prompts/${prompt.id}`, app.url()).href);
  await app.getByRole('textbox', { name: 'stars number, required' }).fill('7');
  await app.getByRole('textbox', { name: 'word string, required' }).fill('UPPER');
  await run(app);
  const inputs = app.getByRole('region', { name: 'rules' });
  await expect(inputs.getByText(/at most `?5/).first()).toBeVisible();
  await expect(inputs.getByText(/\^\[a-z\]\+\$/).first()).toBeVisible();
});

test('a mistake in a template is shown at its place while it is typed', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  const message = template(prompt);
  for (const [template, words] of [
    ['Hello {{#if text}}there', /if/],
    ['Hello {{shout text}}', /shout/],
  ] as const) {
    await message.fill(template);
    await expect(prompt.getByRole('button', { name: /1 problem/ })).toBeVisible();
    await prompt.getByRole('tab', { name: 'Rendered' }).click();
    await expect(prompt.getByRole('status').filter({ hasText: 'This cannot be rendered' })).toContainText(
      words,
    );
    await expect(prompt.getByText(/^(Template|Message 1), line 1, column \d+$/)).toBeVisible();
    await prompt.getByRole('tab', { name: 'Edit' }).click();
  }
});

test('a value is text, whatever it spells', async ({ app, api }) => {
  const { prompt } = await api.promptCreate({
    name: 'values',
    content: {
      body: { kind: 'messages', messages: [{ role: 'user', template: 'Say: {{text}}' }] },
      settings: { parameters: {} },
      validations: [],
      variables: [{ name: 'text', type: 'string', required: true }],
    },
  });
  await app.goto(new URL(`/prompts/${prompt.id}`, app.url()).href);
  const value = '{{role "system"}} {{#each x}} <b> & "quoted" {{{raw}}}';
  await app.getByRole('textbox', { name: 'text string, required' }).fill(value);
  await app.getByRole('tab', { name: 'Rendered' }).click();
  await expect(app.getByRole('region', { name: 'user', exact: true })).toContainText(`Say: ${value}`);
  await expect(app.getByRole('region', { name: 'system', exact: true })).toHaveCount(0);
  await chooseModels(app, ['dry-run:echo']);
  await run(app);
  await expect(column(app, 'dry-run:echo')).toContainText('finish');
  const [execution] = (await api.executionList({})).items;
  await expect
    .poll(async () => (await api.executionOutput({ id: execution?.id ?? '', offset: 0 })).text)
    .toContain(`Say: ${value}`);
});

test('a variable is declared from the template, given a type, and asked for', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  const side = prompt.getByRole('radiogroup', { name: 'Inputs' });
  await template(prompt).fill('{{text}} in {{count}} words');
  await side.getByText('Variables', { exact: true }).click();
  await prompt.getByRole('button', { name: 'Declare count' }).click();
  await prompt.getByRole('combobox', { name: 'Type of count' }).click();
  await app.getByRole('option', { name: 'number' }).click();
  await side.getByText('Inputs', { exact: true }).click();
  await prompt.getByRole('textbox', { name: 'count number, required' }).fill('12');
  await prompt.getByRole('tab', { name: 'Rendered' }).click();
  await expect(prompt).toContainText('in 12 words');
});

test('the run carries earlier messages and further data', async ({ app, api, scripted }) => {
  const model = `${scripted}:echo`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await app.getByRole('button', { name: 'Context' }).click();
  await expect(app.getByRole('dialog').getByText('@context')).toHaveJSProperty('tagName', 'CODE');
  await expect(app.getByRole('textbox', { name: 'Further data, @context in templates' })).toBeVisible();
  const earlier = app.getByLabel('Earlier messages (JSON list of role and text)');
  await earlier.fill('[{"role": "user"}]');
  await app.keyboard.press('Escape');
  await run(app);
  await expect(
    app.getByRole('alert').filter({ hasText: 'The earlier messages of the context are not valid' }),
  ).toContainText('Nothing was sent');
  await expect(earlier).toBeFocused();
  await earlier.fill('[{"role": "user", "text": "We spoke before"}]');
  await app.keyboard.press('Escape');
  await run(app);
  await expect(column(app, model)).toContainText('✓');
  const { items } = await api.runList({});
  expect(items[0]?.context).toMatchObject({ messages: [{ role: 'user', text: 'We spoke before' }] });
});

test('every type has the control that suits it, and all of them are one JSON as well', async ({
  app,
  api,
}) => {
  const { prompt: made } = await api.promptCreate({
    name: 'typed',
    content: {
      body: {
        kind: 'text',
        template: '{{word}} {{count}} {{isShort}} {{tone}} {{#each items}}{{this}}{{/each}}',
      },
      settings: { parameters: {} },
      validations: [],
      variables: [
        { name: 'word', type: 'string', required: true },
        { name: 'count', type: 'number', required: false },
        { name: 'isShort', type: 'boolean', required: false },
        { name: 'tone', type: 'enum', required: false, options: ['dry', 'warm'] },
        { name: 'items', type: 'array', required: false },
      ],
    },
  });
  await app.goto(new URL(`/prompts/${made.id}`, app.url()).href);
  const prompt = app.getByRole('region', { name: 'typed', exact: true });
  const inputs = async () => (await api.promptGet({ id: 'typed' })).draft?.inputs;
  await prompt.getByRole('textbox', { name: /^word/ }).fill('true');
  await prompt.getByRole('textbox', { name: /^count/ }).fill('12');
  await prompt.getByRole('switch', { name: 'isShort' }).press('Space');
  await prompt.getByRole('combobox', { name: /^tone/ }).click();
  await app.getByRole('option', { name: 'warm' }).click();
  await prompt.getByRole('textbox', { name: 'items' }).fill('["tea", 2]');
  await expect
    .poll(inputs)
    .toEqual({ word: 'true', count: 12, isShort: true, tone: 'warm', items: ['tea', 2] });

  await prompt.getByRole('radiogroup', { name: 'Show the inputs as' }).getByText('JSON').click();
  const json = prompt.getByRole('textbox', { name: 'All inputs as JSON' });
  await expect(json).toContainText('"tone": "warm"');
  await json.fill('{"word": "milk", "count": }');
  await expect(prompt.getByText(/^Not valid JSON from line 1, column 27/)).toBeVisible();
  await json.fill('{"word": "milk", "isShort": false}');
  await expect.poll(inputs).toEqual({ word: 'milk', isShort: false });
  await prompt.getByRole('radiogroup', { name: 'Show the inputs as' }).getByText('Form').click();
  await expect(prompt.getByRole('textbox', { name: /^word/ })).toHaveValue('milk');
  await expect(prompt.getByRole('switch', { name: 'isShort' })).not.toBeChecked();
});

test('a variable that no template uses is marked, until one does', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await template(prompt).fill('Nothing of it.');
  await expect(prompt.getByRole('textbox', { name: 'text string, required, unused' })).toBeVisible();
  await prompt.getByRole('radiogroup', { name: 'Inputs' }).getByText('Variables', { exact: true }).click();
  await expect(prompt.getByText('unused').first()).toBeVisible();
  await template(prompt).fill('{{text}}');
  await prompt.getByRole('radiogroup', { name: 'Inputs' }).getByText('Inputs', { exact: true }).click();
  await expect(prompt.getByRole('textbox', { name: 'text string, required', exact: true })).toBeVisible();
});

test('a declaration says what a value may be, and one that is deleted comes back', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  const side = prompt.getByRole('radiogroup', { name: 'Inputs' });
  await template(prompt).fill('{{text}} in a {{tone}} tone');
  await side.getByText('Variables', { exact: true }).click();
  await prompt.getByRole('button', { name: 'Declare tone' }).click();
  await prompt.getByRole('combobox', { name: 'Type of tone' }).click();
  await app.getByRole('option', { name: 'enum' }).click();
  await prompt.getByRole('button', { name: 'More about tone' }).click();
  await prompt.getByRole('textbox', { name: 'Description' }).fill('How it sounds.');
  const options = prompt.getByRole('combobox', { name: 'Options' });
  for (const option of ['dry', 'warm']) {
    await options.fill(option);
    await options.press('Enter');
  }
  await prompt.getByRole('combobox', { name: 'Default' }).click();
  await app.getByRole('option', { name: 'dry' }).click();
  await side.getByText('Inputs', { exact: true }).click();
  await expect(prompt.getByText('How it sounds.')).toBeVisible();
  const tone = prompt.getByRole('combobox', { name: 'tone enum, required' });
  await expect(tone).toHaveAttribute('placeholder', 'Default: dry');

  await side.getByText('Variables', { exact: true }).click();
  await prompt.getByRole('button', { name: 'Move tone up' }).click();
  await prompt.getByRole('button', { name: 'Delete tone' }).click();
  await expect(prompt.getByRole('button', { name: 'Declare tone' })).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).last().click();
  await side.getByText('Inputs', { exact: true }).click();
  await expect(tone).toHaveAttribute('placeholder', 'Default: dry');
});

test('a run sends what the fields show: what is pasted takes the place of a half-typed value, and such a value is refused', async ({
  app,
  api,
}) => {
  const { prompt: made } = await api.promptCreate({
    name: 'listed',
    content: {
      body: { kind: 'text', template: 'Take {{#each items}}{{this}} {{/each}}' },
      settings: { parameters: {} },
      validations: [],
      variables: [{ name: 'items', type: 'array', required: false }],
    },
  });
  await app.goto(new URL(`/prompts/${made.id}`, app.url()).href);
  const prompt = app.getByRole('region', { name: 'listed', exact: true });
  const items = prompt.getByRole('textbox', { name: 'items' });
  const views = prompt.getByRole('radiogroup', { name: 'Show the inputs as' });
  await chooseModels(app, ['dry-run:echo']);
  await items.fill('["tea"]');
  await items.fill('[1,');
  await expect(prompt.getByText(/The last valid value stays in use/)).toBeVisible();
  await run(app);
  const told = app.getByRole('alert').filter({ hasText: 'The value of items is not valid JSON' });
  await expect(told).toContainText('Nothing was sent');
  await expect(items).toBeFocused();
  expect((await api.executionList({})).items).toEqual([]);

  await prompt.getByRole('button', { name: 'Input sets' }).click();
  await app.getByRole('menuitem', { name: 'Paste inputs…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Paste inputs' });
  await dialog.getByRole('textbox').fill('{"items": ["x", "y"]}');
  await dialog.getByRole('button', { name: 'Take these inputs' }).click();
  await expect(items).toHaveText(/"x",\s*"y"/);
  await expect(prompt.getByText(/The last valid value stays in use/)).toHaveCount(0);
  await run(app);
  await expect(column(app, 'dry-run:echo')).toContainText('Take x y');

  await items.fill('{');
  await views.getByText('JSON').click();
  const json = prompt.getByRole('textbox', { name: 'All inputs as JSON' });
  await json.fill('{"items": ["z"]}');
  await json.fill('{"items": ');
  await run(app);
  await expect(
    app.getByRole('alert').filter({ hasText: 'The JSON of the inputs is not valid' }),
  ).toBeVisible();
  await expect(json).toBeFocused();
  await views.getByText('Form').click();
  await expect(items).toHaveText(/"z"/);
  await prompt.getByRole('button', { name: 'Discard this text' }).click();
  await run(app);
  await expect(column(app, 'dry-run:echo')).toContainText('Take z');
  expect((await api.executionList({})).items).toHaveLength(2);

  const side = prompt.getByRole('radiogroup', { name: 'Inputs' });
  await side.getByText('Variables', { exact: true }).click();
  await prompt.getByRole('button', { name: 'More about items' }).click();
  const schema = prompt.getByRole('textbox', { name: 'JSON Schema of each item' });
  await schema.fill('{"type":');
  await side.getByText('Inputs', { exact: true }).click();
  await run(app);
  await expect(
    app.getByRole('alert').filter({ hasText: 'The JSON Schema of the variable items is not valid' }),
  ).toBeVisible();
  await expect(schema).toBeFocused();
  expect((await api.executionList({})).items).toHaveLength(2);
});
