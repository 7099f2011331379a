import { violations } from '../support/accessibility';
import { expect, type Locator, type Page, test } from '../support/browser-test';
import { chooseModels, column, openPrompt, run } from '../support/screens';

const ECHO = 'dry-run:echo';

/** Opens the validations of the sample, whose rendered prompt is also its answer. */
async function openValidations(app: Page): Promise<Locator> {
  const prompt = await openPrompt(app, 'summarise');
  await chooseModels(app, [ECHO]);
  await prompt.getByRole('textbox', { name: 'text string, required' }).fill('Order 123456 was sent.');
  await prompt.getByRole('tab', { name: /^Validations/ }).click();
  return prompt;
}

/** Adds a rule, found by what was typed. */
async function add(prompt: Locator, app: Page, typed: string): Promise<void> {
  await prompt.getByRole('button', { name: 'Add validation' }).click();
  await app.getByRole('textbox', { name: 'Search rules and assertions' }).fill(typed);
  await app.getByRole('textbox', { name: 'Search rules and assertions' }).press('Enter');
}

const card = (prompt: Locator, name: string) => prompt.getByRole('region', { name, exact: true });

test('a rule of each kind is added, and each is told as it held, failed or could not be decided', async ({
  app,
  api,
}) => {
  const prompt = await openValidations(app);

  await add(prompt, app, 'json schema');
  await expect(card(prompt, 'schema').getByRole('textbox', { name: 'JSON Schema: schema' })).toBeVisible();

  await add(prompt, app, 'pattern');
  const pattern = card(prompt, 'pattern');
  await pattern.getByRole('textbox', { name: 'Pattern' }).fill('Order (?<number>\\d+');
  await expect(pattern.getByText(/cannot be used/)).toBeVisible();
  await pattern.getByRole('textbox', { name: 'Pattern' }).fill('order (?<number>\\d+)');
  await expect(pattern.getByText(/cannot be used/)).toHaveCount(0);
  await pattern.getByRole('checkbox', { name: /ignore case/ }).check();

  await add(prompt, app, 'javascript function decides');
  await card(prompt, 'function')
    .getByRole('textbox', { name: 'Function: function' })
    .fill('output.no.such.thing');

  await add(prompt, app, 'contains-any');
  const assertion = card(prompt, 'contains-any');
  await assertion.getByRole('textbox', { name: 'Value' }).fill('refund\nsent');
  await expect.poll(async () => (await draftOf(api))?.length).toBe(4);
  expect(await violations(app)).toEqual([]);

  await run(app);
  const answer = column(app, ECHO);
  await expect(answer).toContainText('2 of 4 hold');
  await expect(answer.getByRole('group', { name: 'schema', exact: true })).toContainText('failed');
  const undecided = answer.getByRole('group', { name: 'function', exact: true });
  await expect(undecided).toContainText('not decided');
  await expect(undecided).toContainText('Mend what the message says');
  await answer.getByText('2 hold', { exact: true }).click();
  const matched = answer.getByRole('group', { name: 'pattern', exact: true });
  await matched.getByText('Details').click();
  await expect(matched.getByRole('row', { name: 'number 123456' })).toBeVisible();
  expect(await violations(app)).toEqual([]);

  await expect(prompt.getByRole('tab', { name: /Validations 4.*2 failed in the last run/ })).toBeVisible();
  await expect(card(prompt, 'schema')).toContainText('failed in the last run: 1 of 1');
  await expect(card(prompt, 'function')).toContainText('not decided in the last run: 1 of 1');
});

test('a function is tried on the newest answer, and one that never ends is ended', async ({ app }) => {
  const prompt = await openValidations(app);
  await add(prompt, app, 'javascript function decides');
  const rule = card(prompt, 'function');
  const source = rule.getByRole('textbox', { name: 'Function: function' });
  const tryIt = rule.getByRole('button', { name: 'Try on the newest answer' });

  await tryIt.click();
  await expect(rule.getByRole('status')).toContainText('There is no answer yet');
  await run(app);
  await expect(column(app, ECHO)).toContainText('1 of 1 hold');

  await source.fill(
    'const order = /Order (\\d+)/.exec(output)[1];\nreturn { pass: order === "123456", reason: context.model };',
  );
  await tryIt.click();
  await expect(rule.getByLabel('Result of the function')).toContainText('"pass": true');
  await expect(rule.getByLabel('Result of the function')).toContainText('"reason": "echo"');

  await source.fill('while (true) {}\nreturn true;');
  await tryIt.click();
  await expect(rule.getByRole('status')).toContainText('It took too long and was ended');
  await run(app);
  await expect(column(app, ECHO)).toContainText('0 of 1 hold');
  await expect(column(app, ECHO)).toContainText('not decided');
});

test('what comes of a validation is set, told in a line, and kept with the work', async ({ app, api }) => {
  const prompt = await openValidations(app);
  await add(prompt, app, 'contains-all');
  const rule = card(prompt, 'contains-all');
  await rule.getByRole('textbox', { name: 'Value' }).fill('no such words');
  await rule.getByRole('button', { name: /Checks the answer/ }).click();
  await rule.getByRole('combobox', { name: 'Where it does not hold' }).click();
  await app.getByRole('option', { name: 'it is only told' }).click();
  await rule.getByRole('textbox', { name: 'Weight' }).fill('2');
  await rule.getByRole('textbox', { name: 'Metric' }).fill('tone');
  await expect(rule.getByRole('button', { name: 'only told, weight 2, metric tone' })).toBeVisible();
  await expect
    .poll(() => draftOf(api))
    .toMatchObject([{ onFailure: { action: 'alert' }, weight: 2, metric: 'tone' }]);

  await rule.getByRole('switch', { name: 'Use contains-all' }).uncheck({ force: true });
  await run(app);
  await expect(column(app, ECHO)).toContainText('done');
  await expect(column(app, ECHO)).not.toContainText('hold');
});

test('a run is refused while the JSON of a rule is half-typed, and leads to it', async ({ app, api }) => {
  const prompt = await openValidations(app);
  const refused = (name: string) =>
    expect(app.getByRole('alert').filter({ hasText: `validation ${name} is not valid` })).toContainText(
      'Nothing was sent',
    );
  await add(prompt, app, 'json schema');
  const schema = prompt.getByRole('textbox', { name: /^JSON Schema: / });
  await schema.fill('{"type": ');
  await prompt.getByRole('tab', { name: 'Edit' }).click();
  await run(app);
  await refused('schema');
  await expect(schema).toBeFocused();
  await expect(schema).toHaveText('{"type":');

  // By another name it is the same.
  await card(prompt, 'schema').getByRole('textbox', { name: 'Name' }).fill('shape');
  await prompt.getByRole('tab', { name: 'Runs' }).click();
  await app.keyboard.press('Control+Enter');
  await refused('shape');
  await expect(schema).toBeFocused();
  await card(prompt, 'shape').getByRole('button', { name: 'Discard this text' }).click();

  // It may be folded away, in a rule that is part of another.
  await add(prompt, app, 'assert-set');
  const set = prompt.getByRole('group', { name: 'Validations of assert-set' });
  await set.getByRole('button', { name: 'Add to the set' }).click();
  await app.getByRole('textbox', { name: 'Search rules and assertions' }).fill('contains-any');
  await app.getByRole('textbox', { name: 'Search rules and assertions' }).press('Enter');
  const part = card(prompt, 'contains-any');
  await part.getByRole('button', { name: 'Further settings' }).click();
  const config = part.getByRole('textbox', { name: 'Config' });
  await config.fill('{"a"');
  await prompt.getByRole('tab', { name: 'Edit' }).click();
  await run(app);
  await refused('contains-any');
  await expect(config).toBeFocused();

  // A value that is shown as text again is what the field says.
  await config.fill('{"a": 1}');
  await part.getByRole('textbox', { name: 'Value' }).fill('sent');
  const forms = part.getByRole('radiogroup', { name: 'Form of the value' });
  await forms.getByText('JSON').click();
  const value = part.getByRole('group', { name: 'Value' }).getByRole('textbox');
  await value.fill('["refund"');
  await prompt.getByRole('tab', { name: 'Edit' }).click();
  await prompt.getByRole('tab', { name: /^Validations/ }).click();
  await expect(value).toHaveText('["refund"');
  await run(app);
  await expect(value).toBeFocused();
  expect((await api.executionList({})).items).toEqual([]);
  await forms.getByText('List').click();
  await run(app);
  await expect(column(app, ECHO)).toContainText('hold');

  // What is deleted holds nothing back.
  await schema.fill('{"type": ');
  await prompt.getByRole('button', { name: 'Delete shape' }).click();
  await run(app);
  await expect.poll(async () => (await api.runList({})).items.length).toBe(2);
});

test('validations are put in order, removed and brought back by keyboard', async ({ app, api }) => {
  const prompt = await openValidations(app);
  await prompt.getByRole('button', { name: 'Add validation' }).focus();
  for (const typed of ['equals', 'starts-with']) {
    await app.keyboard.press('Enter');
    await expect(app.getByRole('textbox', { name: 'Search rules and assertions' })).toBeFocused();
    await app.keyboard.type(typed);
    await app.keyboard.press('Enter');
    await expect(card(prompt, typed)).toBeVisible();
    await expect(prompt.getByRole('button', { name: 'Add validation' })).toBeFocused();
  }
  await prompt.getByRole('button', { name: 'Move starts-with up' }).press('Enter');
  const names = async () => (await draftOf(api))?.map(({ name }) => name);
  await expect.poll(names).toEqual(['starts-with', 'equals']);
  await prompt.getByRole('button', { name: 'Move starts-with', exact: true }).focus();
  await app.keyboard.press('Space');
  await expect(app.getByText('Validation 1 is taken')).toBeAttached();
  await app.keyboard.press('ArrowDown');
  await expect(app.getByText('It would be validation 2 of 2')).toBeAttached();
  await app.keyboard.press('Space');
  await expect.poll(names).toEqual(['equals', 'starts-with']);
  await prompt.getByRole('button', { name: 'Delete equals' }).press('Enter');
  await expect.poll(names).toEqual(['starts-with']);
  await app.getByRole('button', { name: 'Undo' }).last().press('Enter');
  await expect.poll(names).toEqual(['equals', 'starts-with']);
});

test('the model that judges is chosen in the settings, and left out again', async ({ app, api }) => {
  await app.getByRole('link', { name: 'Settings', exact: true }).click();
  await app.getByRole('link', { name: 'Engine', exact: true }).click();
  const judge = app.getByRole('group', { name: 'Model that judges' });
  await expect(judge).toContainText('such rules cannot be decided');
  await judge.getByRole('button', { name: 'Choose a model' }).click();
  await app.getByRole('textbox', { name: 'Search, or type provider:model' }).fill(ECHO);
  await app.getByRole('option', { name: ECHO }).first().click();
  await expect(judge.getByRole('button', { name: `Do not use ${ECHO}` })).toBeVisible();
  expect((await api.settingGet({ key: 'judge' })).value).toBe(ECHO);
  expect(await violations(app)).toEqual([]);
  await judge.getByRole('button', { name: `Do not use ${ECHO}` }).click();
  await expect(judge).toContainText('such rules cannot be decided');
  expect((await api.settingGet({ key: 'judge' })).value).toBeNull();
});

async function draftOf(api: Parameters<Parameters<typeof test>[2]>[0]['api']) {
  return (await api.promptGet({ id: 'summarise' })).draft?.content.validations;
}

test('a schema is made of examples and of the newest answers, and is shown as types', async ({
  app,
  api,
}) => {
  const prompt = await openValidations(app);
  await add(prompt, app, 'json schema');
  const rule = card(prompt, 'schema');
  await rule.getByRole('button', { name: 'From examples…' }).click();
  const dialog = app.getByRole('dialog', { name: 'Schema from examples' });
  await dialog.getByRole('button', { name: 'Make the schema' }).click();
  await expect(dialog).toContainText('There is no answer yet');
  await dialog.getByText('Pasted', { exact: true }).click();
  await dialog
    .getByRole('textbox', { name: 'Examples' })
    .fill('{"city": "Rome", "founded": -753}\n{"city": "Oslo"}');
  await dialog.getByRole('button', { name: 'Make the schema' }).click();
  await expect(dialog).toContainText('Made from 2 examples.');
  await expect(dialog.getByLabel('The schema')).toContainText('"required": [');
  expect(await violations(app)).toEqual([]);
  await dialog.getByRole('button', { name: 'Use this schema' }).click();
  await expect
    .poll(async () => JSON.stringify((await draftOf(api))?.[0]?.rule))
    .toContain('"required":["city"]');

  await rule.getByRole('button', { name: 'Types…' }).click();
  const types = app.getByRole('dialog', { name: 'The schema as types' });
  await expect(types.getByLabel('TypeScript', { exact: true }).last()).toContainText('founded?: number');
  await types.getByText('Rust', { exact: true }).click();
  await expect(types.getByLabel('Rust', { exact: true }).last()).toContainText('pub city: String');
  expect(await violations(app)).toEqual([]);
});
