import type { Content } from '../../../ui/src/bindings/types';
import { violations } from '../support/accessibility';
import { type Locator, type Page, expect, test } from '../support/browser-test';
import { type Api, Host } from '../support/host';
import { chooseModels, openPrompt } from '../support/screens';

const content: Content = {
  body: {
    kind: 'messages',
    messages: [
      { role: 'system', template: 'Answer {{user.name}} in a {{tone}} tone.' },
      {
        role: 'user',
        template:
          '{{#each items}}\n- {{title}} for {{../user.name}}\n{{else}}\nNothing for {{user.name}}\n{{/each}}\nThe tone: {{tone}}',
      },
    ],
  },
  variables: [
    {
      name: 'user',
      type: 'object',
      required: true,
      description: 'Who asks.',
      schema: { properties: { name: { type: 'string' }, age: { type: 'number' } } },
    },
    { name: 'items', type: 'array', required: false, schema: { properties: { title: { type: 'string' } } } },
    { name: 'tone', type: 'string', required: false },
  ],
  settings: { parameters: {} },
  validations: [],
};

const inputs = { user: { name: 'Ada', age: 36 }, items: [{ title: 'Tea' }, { title: 'Milk' }], tone: 'dry' };

/** A prompt of that content, opened. */
async function open(app: Page, api: Api, given: Content = content): Promise<Locator> {
  const { prompt } = await api.promptCreate({ name: 'edited', content: given });
  await api.draftPut({ id: prompt.id, content: given, inputs });
  await app.goto(new URL(`/prompts/${prompt.id}`, app.url()).href);
  return app.getByRole('region', { name: 'edited', exact: true });
}

/** Has a model cost a dollar for a million tokens, and take 1,000 at once. Answers it. */
async function priced(api: Api, scripted: string): Promise<string> {
  const model = `${scripted}:words-20`;
  const price = { input: 1_000_000_000, output: 1_000_000_000 };
  await api.modelUpdate({ model, contextWindow: 1_000, price });
  return model;
}

const message = (prompt: Locator, number: number) =>
  prompt.getByRole('textbox', { name: new RegExp(`^Message ${number}, `) });

const input = (prompt: Locator, name: string) =>
  prompt.getByRole('textbox', { name: new RegExp(`^${name}( |$)`) });

/** Puts the cursor behind a text of a message. */
async function goBehind(app: Page, editor: Locator, text: string): Promise<void> {
  await editor.click();
  await app.keyboard.press('Control+f');
  const find = app.getByRole('textbox', { name: 'Find' });
  await find.clear();
  await find.pressSequentially(text);
  await find.press('Enter');
  await find.press('Escape');
  await app.keyboard.press('ArrowRight');
}

/** What is kept of the prompt. */
async function kept(api: Api): Promise<string> {
  const found = (await api.promptList({})).items.find(({ name }) => name === 'edited');
  const { draft } = await api.promptGet({ id: found?.id ?? '' });
  return JSON.stringify(draft);
}

test('a field is completed from the schema and the input, in a loop those of an item, each with what it is', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  const editor = message(prompt, 1);
  await editor.click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' {{user.na');
  const list = app.getByRole('listbox', { name: 'Completions' });
  await expect(list.getByRole('option')).toHaveText([/^name\s*string/]);
  await expect(app.locator('.cm-completionInfo')).toContainText('Ada');
  await list.getByRole('option', { name: /^name/ }).click();
  await expect(editor).toContainText('tone. {{user.name}}');

  await goBehind(app, message(prompt, 2), 'for {{../user.name}}');
  await app.keyboard.type(' {{');
  await expect(list.getByRole('option', { name: /^title/ })).toBeVisible();
  await app.keyboard.type('@in');
  await list.getByRole('option', { name: /^@index/ }).click();
  await expect(message(prompt, 2)).toContainText('{{@index}}');

  await app.keyboard.press('Control+End');
  await app.keyboard.type(' {{jso');
  await expect(app.locator('.cm-completionInfo')).toContainText('{{json value indent=2}}');
});

test('a variable tells what it is under the pointer, and a click with Ctrl or F12 goes to its input', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  const tag = message(prompt, 1).getByText('{{user.name}}');
  await tag.hover({ position: { x: 25, y: 6 } });
  const card = app.locator('.cm-card');
  await expect(card).toContainText('object, required');
  await expect(card).toContainText('Who asks.');
  await expect(card).toContainText('Ada');
  expect(await violations(app)).toEqual([]);

  await message(prompt, 1)
    .getByText('{{tone}}')
    .click({ modifiers: ['Control'] });
  await expect(input(prompt, 'tone')).toBeFocused();
  await prompt.getByRole('radiogroup', { name: 'Inputs' }).getByText('Variables', { exact: true }).click();
  await goBehind(app, message(prompt, 2), 'The tone: {{tone');
  await app.keyboard.press('F12');
  await expect(input(prompt, 'tone')).toBeFocused();
});

test('a variable is renamed everywhere from the editor, and one undo brings all of it back', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  await goBehind(app, message(prompt, 1), '{{user');
  await app.keyboard.press('F2');
  const name = app.getByRole('textbox', { name: 'New name of user' });
  await expect(name).toBeFocused();
  await name.fill('tone');
  await expect(app.getByText('This name is in use already')).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await name.fill('reader');
  await name.press('Enter');
  await expect(message(prompt, 1)).toContainText('Answer {{reader.name}} in');
  await expect(message(prompt, 2)).toContainText('{{title}} for {{../reader.name}}');
  await expect(prompt.getByRole('textbox', { name: 'reader' })).toContainText('Ada');
  await expect.poll(() => kept(api)).not.toContain('user.name');

  await message(prompt, 1).click();
  await app.keyboard.press('Control+z');
  await expect(message(prompt, 1)).toContainText('Answer {{user.name}} in');
  await expect(message(prompt, 2)).toContainText('{{title}} for {{../user.name}}');
  await expect(prompt.getByRole('textbox', { name: 'user', exact: true })).toContainText('Ada');
  await expect.poll(() => kept(api)).not.toContain('reader');
  await expect(app.getByRole('button', { name: 'Undo' })).toHaveCount(0);
});

test('a variable is renamed everywhere from its declaration, and taken back by the button', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  await prompt.getByRole('radiogroup', { name: 'Inputs' }).getByText('Variables', { exact: true }).click();
  const name = prompt.getByRole('textbox', { name: 'Name of tone' });
  await name.fill('manner');
  await name.press('Enter');
  await expect(message(prompt, 1)).toContainText('in a {{manner}} tone');
  await expect(message(prompt, 2)).toContainText('The tone: {{manner}}');
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(message(prompt, 1)).toContainText('in a {{tone}} tone');
  await expect(prompt.getByRole('textbox', { name: 'Name of tone' })).toHaveValue('tone');
});

test('blocks fold, their tags are marked together, and a message folds to its first line', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  const editor = message(prompt, 2);
  await goBehind(app, editor, '{{#each items');
  await expect(editor.locator('.cm-hb-match')).toHaveText(['{{#each items}}', '{{else}}', '{{/each}}']);
  await message(prompt, 1).focus();
  await expect(editor.locator('.cm-hb-match')).toHaveCount(0);
  await editor.focus();
  await expect(editor.locator('.cm-hb-match')).toHaveCount(3);
  await app.keyboard.press('Control+Shift+BracketLeft');
  await expect(editor).not.toContainText('Nothing for');
  await editor.getByText('…').click();
  await expect(editor).toContainText('Nothing for');

  const card = prompt.getByRole('region', { name: 'Message 1, system' });
  await card.getByRole('button', { name: 'Fold message 1, system' }).click();
  await expect(message(prompt, 1)).toBeHidden();
  await expect(card).toContainText('Answer {{user.name}} in');
  expect(await violations(app)).toEqual([]);
  await app.keyboard.press('Alt+Shift+F');
  await expect(message(prompt, 1)).toBeVisible();
});

test('several places are typed in at once', async ({ app, api }) => {
  const prompt = await open(app, api);
  const editor = message(prompt, 2);
  await editor.getByText('The tone').click();
  await app.keyboard.press('Home');
  await app.keyboard.press('Control+Alt+ArrowUp');
  await expect(prompt.locator('.cm-cursor')).toHaveCount(2);
  await app.keyboard.type('> ');
  await expect(editor.locator('.cm-line', { hasText: /^> / })).toHaveText([
    '> {{/each}}',
    '> The tone: {{tone}}',
  ]);
  // The first one may end completion, which is worked out while one types.
  await expect(async () => {
    await app.keyboard.press('Escape');
    await expect(prompt.locator('.cm-cursor')).toHaveCount(0, { timeout: 500 });
  }).toPass();
  await app.keyboard.type('1');
  await expect(editor.locator('.cm-line', { hasText: /^> / })).toHaveText([
    '> 1{{/each}}',
    '> The tone: {{tone}}',
  ]);
});

test('messages are added, moved, duplicated and removed by keys', async ({ app, api }) => {
  const prompt = await open(app, api);
  const cards = prompt.getByRole('region', { name: /^Message / });
  await message(prompt, 2).click();
  await app.keyboard.press('Alt+PageUp');
  await expect(message(prompt, 1)).toBeFocused();
  await expect(message(prompt, 2)).toContainText('Answer');
  await app.keyboard.press('Alt+PageDown');
  await expect(message(prompt, 1)).toContainText('Answer');
  await app.keyboard.press('Alt+Shift+Enter');
  await expect(message(prompt, 3)).toBeFocused();
  await app.keyboard.type('At the end');
  await app.keyboard.press('Control+Alt+Enter');
  await expect(message(prompt, 3)).toBeFocused();
  await app.keyboard.type('Before it');
  await app.keyboard.press('Alt+Shift+D');
  await expect(message(prompt, 4)).toHaveText('Before it');
  await expect(cards).toHaveCount(5);
  await app.keyboard.press('Alt+Shift+Backspace');
  await expect(cards).toHaveCount(4);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(message(prompt, 4)).toHaveText('Before it');
  await expect(message(prompt, 5)).toHaveText('At the end');
});

test('a message is folded and unfolded by the same keys, which stay with it', async ({ app, api }) => {
  const prompt = await open(app, api);
  await message(prompt, 2).click();
  await app.keyboard.press('Alt+Shift+F');
  await expect(message(prompt, 2)).toBeHidden();
  await expect(prompt.getByRole('button', { name: 'Fold message 2, user' })).toBeFocused();
  await app.keyboard.press('Alt+Shift+F');
  await expect(message(prompt, 2)).toBeFocused();
});

test('what was done last with messages is taken back by Ctrl+Z, from within an editor too', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  const cards = prompt.getByRole('region', { name: /^Message / });
  const told = app.getByRole('alert').filter({ hasText: 'message' });
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' Kept.');
  await app.keyboard.press('Alt+Shift+Enter');
  await app.keyboard.type('In between');
  await app.keyboard.press('Alt+Shift+Backspace');
  await expect(cards).toHaveCount(2);
  await message(prompt, 1).click();
  await app.keyboard.press('Control+z');
  await expect(message(prompt, 2)).toHaveText('In between');
  await expect(message(prompt, 2)).toBeFocused();
  await expect(message(prompt, 1)).toContainText('Kept.');
  await expect(told).toHaveCount(0);

  await app.keyboard.press('Alt+PageUp');
  await app.keyboard.press('Alt+PageDown');
  await app.keyboard.press('Alt+PageDown');
  await expect(message(prompt, 3)).toHaveText('In between');
  await expect(told).toHaveCount(1);
  await app.keyboard.press('Control+z');
  await expect(message(prompt, 2)).toHaveText('In between');
  await app.keyboard.press('Alt+PageUp');
  await expect(message(prompt, 1)).toHaveText('In between');
  await told.getByRole('button', { name: 'Undo' }).click();
  await expect(message(prompt, 2)).toHaveText('In between');

  // What was typed since comes first.
  await app.keyboard.press('Alt+PageUp');
  await expect(message(prompt, 1)).toBeFocused();
  await app.keyboard.type('!');
  await app.keyboard.press('Control+z');
  await expect(message(prompt, 1)).toContainText('In between');
});

test('a message is dragged, by the pointer and by keys, which is announced', async ({ app, api }) => {
  const prompt = await open(app, api);
  const handle = prompt.getByRole('button', { name: 'Move message 1, system' });
  const [from, to] = [await handle.boundingBox(), await message(prompt, 2).boundingBox()];
  if (from === null || to === null) throw new Error('nothing to drag');
  await app.mouse.move(from.x + 8, from.y + 8);
  await app.mouse.down();
  await app.mouse.move(from.x + 8, from.y + 40, { steps: 4 });
  await app.mouse.move(from.x + 8, to.y + to.height, { steps: 8 });
  await expect(app.getByText('It would be message 2 of 2')).toBeAttached();
  await app.mouse.up();
  await expect(message(prompt, 2)).toContainText('Answer');

  await prompt.getByRole('button', { name: 'Move message 2, system' }).focus();
  await app.keyboard.press('Space');
  await expect(app.getByText('Message 2 is taken')).toBeAttached();
  await app.keyboard.press('ArrowUp');
  await expect(app.getByText('It would be message 1 of 2')).toBeAttached();
  await app.keyboard.press('Space');
  await expect(message(prompt, 1)).toContainText('Answer');
});

test('the preview follows what is typed, is remembered, and leads to the inputs', async ({ app, api }) => {
  const prompt = await open(app, api);
  const preview = app.getByRole('region', { name: 'Preview' });
  await prompt.getByRole('button', { name: 'Preview' }).click();
  await expect(preview).toContainText('Answer Ada in a dry tone.');
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' Now.');
  await expect(preview).toContainText('in a dry tone. Now.');
  await input(prompt, 'tone').fill('warm');
  await expect(preview).toContainText('in a warm tone. Now.');
  await app.keyboard.press('Control+a');
  await message(prompt, 1).click();
  await app.keyboard.type('{{#if ');
  await expect(preview).toContainText('This cannot be rendered');
  await expect(preview).toContainText(/Message 1, line \d+, column \d+/);
  await expect(preview).not.toContainText('`');
  await expect(preview).toContainText('in a warm tone. Now.');
  expect(await violations(app)).toEqual([]);
  await app.keyboard.press('Control+z');

  await preview.getByRole('button', { name: 'warm' }).first().click();
  await expect(input(prompt, 'tone')).toBeFocused();
  await preview.getByRole('button', { name: 'warm' }).last().focus();
  await app.keyboard.press('Enter');
  await expect(input(prompt, 'tone')).toBeFocused();

  await app.reload();
  await expect(preview).toBeVisible();
  const beside = [await message(prompt, 1).boundingBox(), await preview.boundingBox()];
  expect(beside[1]?.x).toBeGreaterThan(beside[0]?.x ?? Infinity);
  await app.setViewportSize({ width: 960, height: 600 });
  await expect
    .poll(
      async () =>
        ((await preview.boundingBox())?.y ?? 0) > ((await message(prompt, 1).boundingBox())?.y ?? 0),
    )
    .toBe(true);
  await preview.getByRole('button', { name: 'warm' }).first().click();
  await expect(
    app.getByRole('dialog', { name: 'Inputs' }).getByRole('textbox', { name: /^tone/ }),
  ).toBeFocused();
});

test('what was typed survives the kill of the host, before and after, but for what is sensitive', async ({
  app,
  api,
  host,
  workspace,
}) => {
  const secret = { name: 'token', type: 'string' as const, required: false, sensitive: true };
  const prompt = await open(app, api, { ...content, variables: [...content.variables, secret] });
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' Before.');
  await expect.poll(() => kept(api)).toContain('Before.');
  await host.stop('SIGKILL');
  await prompt.getByLabel(/^token/).fill('not-for-the-disk');
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' After.');
  await expect(prompt.getByRole('status').filter({ hasText: 'not kept yet' })).toBeVisible();
  await expect.poll(() => app.evaluate(() => JSON.stringify(localStorage))).toContain('After.');
  expect(await app.evaluate(() => JSON.stringify(localStorage))).not.toContain('not-for-the-disk');

  const again = await Host.start(workspace, Number(new URL(host.origin).port));
  await app.goto(again.address);
  await openPrompt(app, 'edited');
  await expect(message(prompt, 1)).toContainText('tone. Before. After.');
  await expect.poll(() => app.evaluate(() => JSON.stringify(localStorage))).not.toContain('After.');
  await again.stop();
});

test('work that the host does not take is kept once it does, and nobody leaves the page unasked', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  await app.route('**/draft', (route) =>
    route.request().method() === 'PUT' ? route.abort() : route.continue(),
  );
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' Kept.');
  const status = prompt.getByRole('status').filter({ hasText: 'not kept yet' });
  await expect(status).toBeVisible();
  const asked = app.waitForEvent('dialog');
  await app.evaluate(() => {
    setTimeout(() => {
      location.reload();
    });
  });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await app.unroute('**/draft');
  await expect(status).toBeHidden();
  expect(await kept(api)).toContain('Kept.');
});

test('a name that nothing declares is declared where it stands', async ({ app, api }) => {
  const prompt = await open(app, api);
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' {{place}} {{time}}');
  await expect(prompt.getByRole('button', { name: '2 warnings' })).toBeVisible();
  await prompt.getByRole('region', { name: 'Message 1, system' }).getByText('{{place}}').hover();
  await app.getByRole('button', { name: 'Declare place' }).click();
  await expect(prompt.getByRole('textbox', { name: 'place string, required' })).toBeVisible();
  await prompt.getByRole('button', { name: '1 warning' }).click();
  await app.keyboard.press('Alt+Enter');
  await expect(prompt.getByRole('textbox', { name: 'time string, required' })).toBeVisible();
  await expect(prompt.getByRole('button', { name: /warning/ })).toHaveCount(0);
});

test('the next one like it is selected as well, and all are typed at once', async ({ app, api }) => {
  const prompt = await open(app, api);
  const editor = message(prompt, 2);
  await goBehind(app, editor, '{{#each');
  await app.keyboard.press('Control+d');
  await app.keyboard.press('Control+d');
  await app.keyboard.type('with');
  await expect(editor).toContainText('{{#with items}}');
  await expect(editor).toContainText('{{/with}}');
});

test('a large value is folded, and is shown, edited and replaced when somebody wants to', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  await input(prompt, 'tone').evaluate((field) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'a line of the value\n'.repeat(50_000));
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect(prompt.getByText(/^977 KiB · 50,001 lines$/)).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await prompt.getByRole('button', { name: 'Edit the value of tone' }).click();
  await prompt.getByRole('textbox', { name: 'tone', exact: true }).click();
  await app.keyboard.press('Control+Home');
  await app.keyboard.type('First. ');
  await prompt.getByRole('button', { name: 'Fold the value of tone' }).click();
  await expect(prompt.getByText('First. a line of the value')).toBeVisible();
  const chooser = app.waitForEvent('filechooser');
  await prompt.getByRole('button', { name: 'Replace tone from a file' }).click();
  await (await chooser).setFiles({ name: 'tone.txt', mimeType: 'text/plain', buffer: Buffer.from('short') });
  await expect.poll(() => kept(api)).toContain('"tone":"short"');
});

test('a value is checked while it is typed', async ({ app, api }) => {
  const stars = { name: 'stars', type: 'number' as const, required: false, min: 1, max: 5 };
  const prompt = await open(app, api, { ...content, variables: [...content.variables, stars] });
  await input(prompt, 'stars').fill('7');
  await expect(prompt.getByText(/at most `?5/).first()).toBeVisible();
  await input(prompt, 'stars').fill('4');
  await expect(prompt.getByText(/at most `?5/)).toHaveCount(0);
});

test('the parts of a template have colours of their own', async ({ app, api }) => {
  const prompt = await open(app, api);
  const line = message(prompt, 2).locator('.cm-line').filter({ hasText: '{{#each items}}' });
  await expect(line).toBeVisible();
  const colourOf = (element: Element) => getComputedStyle(element).color;
  const colours = await Promise.all([
    line.evaluate(colourOf),
    ...['{{#each', 'items'].map((text) => line.getByText(text).last().evaluate(colourOf)),
  ]);
  expect(new Set(colours).size).toBe(3);
});

test('what is written in a message is found and replaced, all at once or one by one', async ({
  app,
  api,
}) => {
  const prompt = await open(app, api);
  const editor = message(prompt, 2);
  await editor.click();
  await app.keyboard.press('Control+f');
  await app.getByRole('textbox', { name: 'Find' }).fill('user.name');
  await app.getByRole('textbox', { name: 'Replace' }).fill('user.age');
  const count = prompt.getByRole('status').filter({ hasText: /match|\d of/ });
  await expect(count).toHaveText('2 matches');
  await app.getByRole('button', { name: 'Go to the next match' }).click();
  await expect(count).toHaveText('1 of 2');
  await app.getByRole('button', { name: 'Whole words' }).click();
  await expect(app.getByRole('button', { name: 'Whole words' })).toHaveAttribute('aria-pressed', 'true');
  await app.getByRole('button', { name: 'Whole words' }).click();
  expect(await violations(app)).toEqual([]);
  await app.getByRole('button', { name: 'Replace', exact: true }).click();
  await expect(editor).toContainText('{{title}} for {{../user.age}}');
  await expect(editor).toContainText('Nothing for {{user.name}}');
  await app.getByRole('button', { name: 'Replace all' }).click();
  await expect(count).toHaveText('No matches');
  await expect(editor).toContainText('Nothing for {{user.age}}');
  await app.keyboard.press('Escape');
  await expect(app.getByRole('textbox', { name: 'Find' })).toHaveCount(0);
  await expect(editor).toBeFocused();
});

test('the role of a message is chosen from its chip, by the keys too', async ({ app, api }) => {
  const prompt = await open(app, api);
  await prompt.getByRole('button', { name: 'Role of message 2: user' }).click();
  await app.getByRole('menuitem', { name: 'assistant' }).click();
  await expect(prompt.getByRole('textbox', { name: 'Message 2, assistant' })).toBeVisible();
  const chip = prompt.getByRole('button', { name: 'Role of message 2: assistant' });
  await chip.press('Enter');
  // Keys belong to the menu from when it is there.
  await expect(app.getByRole('menuitem', { name: 'system' })).toBeVisible();
  await app.keyboard.press('ArrowDown');
  await expect(app.getByRole('menuitem', { name: 'system' })).toBeFocused();
  await app.keyboard.press('Enter');
  await expect(prompt.getByRole('textbox', { name: 'Message 2, system' })).toBeVisible();
  await expect.poll(() => kept(api)).not.toContain('"role":"user"');
});

test('tokens of each message, the share of the context and the cost follow what is typed', async ({
  app,
  api,
  scripted,
}) => {
  const model = await priced(api, scripted);
  const prompt = await open(app, api);
  await chooseModels(app, [model]);
  const tokens = prompt.getByRole('region', { name: 'Message 1, system' }).getByText(/ tokens$/);
  const gauge = prompt.getByRole('meter', { name: `Context ${model}` });
  await expect(gauge).toHaveAttribute('aria-valuetext', /^≈ \d+ of 1,000$/);
  const before = await tokens.textContent();
  const filled = Number(await gauge.getAttribute('aria-valuenow'));
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.insertText(' and again'.repeat(200));
  await expect(tokens).not.toHaveText(before ?? '');
  await expect.poll(async () => Number(await gauge.getAttribute('aria-valuenow'))).toBeGreaterThan(filled);
  await input(prompt, 'tone').fill('so and so '.repeat(500));
  await expect(prompt.getByText('longer than the context')).toBeVisible();
  await expect(prompt.getByText('Estimated cost', { exact: true }).locator('..')).toContainText('$');
});

test('a model whose provider is gone is marked, and takes no figures from the others', async ({
  app,
  api,
  scripted,
}) => {
  const model = await priced(api, scripted);
  const { id } = await api.providerCreate({
    name: 'gone',
    kind: 'openai-chat',
    baseUrl: 'http://127.0.0.1:1/v1',
  });
  const prompt = await open(app, api);
  await chooseModels(app, [model, 'gone:any']);
  await api.providerDelete({ id });
  await app.reload();
  await expect(app.getByRole('img', { name: /^gone:any: there is no provider/ })).toBeVisible();
  await expect(prompt.getByRole('meter', { name: `Context ${model}` })).toHaveAttribute(
    'aria-valuetext',
    /^≈ \d+ of 1,000$/,
  );
});

test('while a tag is typed the last figures stay, and a missing input is named where they would be', async ({
  app,
  api,
  scripted,
}) => {
  const model = await priced(api, scripted);
  const prompt = await open(app, api);
  await chooseModels(app, [model]);
  await prompt.getByRole('button', { name: 'Preview' }).click();
  const preview = app.getByRole('region', { name: 'Preview' });
  const tokens = prompt.getByRole('region', { name: 'Message 1, system' }).getByText(/ tokens$/);
  const gauge = prompt.getByRole('meter', { name: `Context ${model}` });
  const cost = prompt.getByRole('button', { name: /^Cost: up to \$/ });
  const first = preview.getByRole('region', { name: 'system' });
  await expect(first).toContainText('in a dry tone.');
  await expect(cost).toBeVisible();
  const figures = async () => [
    await tokens.textContent(),
    await gauge.getAttribute('aria-valuetext'),
    await cost.textContent(),
    (await first.boundingBox())?.y,
  ];
  const before = await figures();
  await message(prompt, 1).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type(' {{#if ');
  await app.keyboard.press('Escape');
  await expect(preview.getByText('This cannot be rendered')).toBeVisible();
  expect(await figures()).toEqual(before);
  await expect(tokens).toHaveAttribute('data-old');
  expect(await violations(app)).toEqual([]);
  for (let at = 0; at < 7; at += 1) await app.keyboard.press('Backspace');
  await app.keyboard.press('Delete');
  await app.keyboard.press('Delete');
  await expect(tokens).not.toHaveAttribute('data-old');
  await expect(preview.getByText('This cannot be rendered')).toHaveCount(0);

  await input(prompt, 'user').fill('');
  await expect(prompt.getByText('As counted before: user is required and has no value')).toBeVisible();
  await cost.click();
  await expect(app.getByRole('dialog').getByText('user is required and has no value')).toBeVisible();
  await app.keyboard.press('Escape');
  await app.reload();
  await expect(prompt.getByText('Not counted yet: user is required and has no value')).toBeVisible();
  await expect(prompt.getByRole('button', { name: /^Cost: not counted yet/ })).toBeVisible();
});

test('however fast somebody types, each letter stands behind the one before', async ({ app, api }) => {
  const prompt = await open(app, api);
  const words = '{{#each foo}} {{nope x}}';
  await message(prompt, 1).click();
  // What is told of a tag comes between any two keys.
  for (let time = 0; time < 12; time += 1) {
    await app.keyboard.press('Control+a');
    await app.keyboard.press('Delete');
    await app.keyboard.type(words);
    await expect(message(prompt, 1)).toHaveText(words);
  }
});

test('a helper tells what it does, with an example, under the pointer', async ({ app, api }) => {
  const prompt = await open(app, api);
  await message(prompt, 1).click();
  await message(prompt, 2)
    .getByText('{{#each')
    .last()
    .hover({ position: { x: 30, y: 6 } });
  const card = app.locator('.cm-card');
  await expect(card).toContainText('each');
  await expect(card).toContainText('{{/each}}');
});

test('a text becomes messages and a text again', async ({ app, api }) => {
  const prompt = await open(app, api, {
    ...content,
    body: { kind: 'text', template: 'Greet {{user.name}}.' },
  });
  await prompt.getByRole('button', { name: 'Edit as messages' }).click();
  await expect(prompt.getByRole('textbox', { name: 'Message 1, user' })).toHaveText('Greet {{user.name}}.');
  await prompt.getByRole('button', { name: 'Add message' }).click();
  await message(prompt, 2).fill('In short.');
  await prompt.getByRole('button', { name: 'Edit as one text' }).click();
  const text = prompt.getByRole('textbox', { name: 'Template' });
  await expect(text).toContainText('Greet {{user.name}}.');
  await expect(text).toContainText('In short.');
  await prompt.getByRole('button', { name: 'Edit as messages' }).click();
  await expect(message(prompt, 1)).toHaveText('Greet {{user.name}}.');
  await expect(message(prompt, 2)).toHaveText('In short.');
});
