import type { Content } from '../../../ui/src/bindings/types';
import { violations } from '../support/accessibility';
import { type Locator, type Page, expect, test } from '../support/browser-test';
import type { Api } from '../support/host';

const text = (template: string, variables: Content['variables'] = []): Content => ({
  body: { kind: 'text', template },
  variables,
  settings: { parameters: {} },
  validations: [],
});

/** A prompt that says how to speak, and one to be written that shall call it. */
async function given(app: Page, api: Api): Promise<{ letter: Locator; toneId: string }> {
  const style: Content['variables'] = [
    { name: 'style', type: 'enum', required: false, options: ['kind', 'dry'], default: 'kind' },
  ];
  const { prompt: tone } = await api.promptCreate({
    name: 'shared/tone',
    title: 'Our tone',
    description: 'How we speak to people.',
    content: text('Be {{style}} to {{who}}.', style),
  });
  const { prompt } = await api.promptCreate({ name: 'letter', content: text('Dear all. ') });
  await app.goto(new URL(`/prompts/${prompt.id}`, app.url()).href);
  const letter = app.getByRole('region', { name: 'letter', exact: true });
  await letter.getByRole('button', { name: 'Preview' }).click();
  return { letter, toneId: tone.id };
}

test('a partial is completed by its name, rendered in the preview, told under the pointer and opened by a click', async ({
  app,
  api,
}) => {
  const { letter } = await given(app, api);
  const editor = letter.getByRole('textbox', { name: 'Template' });
  await editor.click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type('{{> tone');
  const list = app.getByRole('listbox', { name: 'Completions' });
  await expect(list.getByRole('option')).toHaveText([/shared\/tone\s*Our tone/]);
  await expect(app.locator('.cm-completionInfo')).toContainText('How we speak to people.');
  // A key does not count in the first moment of the list, which a test can well be in.
  await list.getByRole('option').click();
  await expect(editor).toContainText('Dear all. {{> shared/tone}}');

  // What it uses is asked for: as the partial declares it, or as a text where nobody does.
  const preview = app.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('Dear all. Be kind to');
  await letter.getByRole('textbox', { name: /^who/ }).fill('Ada');
  await expect(preview).toContainText('Dear all. Be kind to Ada.');
  await expect(letter.getByText('enum, declared by a partial')).toBeVisible();
  await preview.getByRole('button', { name: 'Ada' }).first().click();
  await expect(letter.getByRole('textbox', { name: /^who/ })).toBeFocused();

  const tag = editor.getByText('shared/tone');
  await tag.hover();
  const card = app.locator('.cm-card');
  await expect(card).toContainText('v1');
  await expect(card).toContainText('Our tone. How we speak to people.');
  await expect(card).toContainText('Be {{style}} to {{who}}.');
  expect(await violations(app)).toEqual([]);
  await tag.click({ modifiers: ['Control'] });
  await expect(app.getByRole('region', { name: 'shared/tone', exact: true })).toBeVisible();
});

test('a call of what is not there is marked with what to do, and is right as soon as it is there', async ({
  app,
  api,
}) => {
  const { letter, toneId } = await given(app, api);
  const editor = letter.getByRole('textbox', { name: 'Template' });
  await editor.click();
  await app.keyboard.press('Control+End');
  await app.keyboard.type('{{> shared/voice style="dry" who="Bo"}}');
  await expect(letter.getByText('1 problem')).toBeVisible();
  await letter.getByText('1 problem').click();
  await expect(app.getByText('there is no partial shared/voice').first()).toBeVisible();
  await api.promptUpdate({ id: toneId, name: 'shared/voice' });
  await expect(app.getByRole('region', { name: 'Preview' })).toContainText('Dear all. Be dry to Bo.');
  await expect(letter.getByText('1 problem')).toBeHidden();
});

test('deleting a prompt that others call says who they are and asks', async ({ app, api }) => {
  const { toneId } = await given(app, api);
  await api.promptCreate({ name: 'reply', content: text('{{> shared/tone}}') });
  await app.goto(new URL(`/prompts/${toneId}`, app.url()).href);
  const menu = async () => {
    await app.getByRole('button', { name: 'More about this prompt' }).click();
    await app.getByRole('menuitem', { name: 'Delete' }).click();
  };
  await menu();
  const question = app.getByRole('dialog', { name: 'Other prompts call it' });
  await expect(question).toContainText('shared/tone is called as a partial by reply');
  expect(await violations(app)).toEqual([]);
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect((await api.promptGet({ id: toneId })).prompt.deletedAt).toBeNull();
  await menu();
  await question.getByRole('button', { name: 'Delete anyway' }).click();
  await expect.poll(async () => (await api.promptGet({ id: toneId })).prompt.deletedAt).not.toBeNull();
});
