import { expect, test } from '../support/browser-test';
import { LOOKS, takePicture } from '../support/pictures';
import { openPrompt } from '../support/screens';

const content = (system: string, temperature: number) => ({
  body: {
    kind: 'messages' as const,
    messages: [
      { role: 'system' as const, template: system },
      { role: 'user' as const, template: '{{question}}' },
    ],
  },
  variables: [{ name: 'question', type: 'string' as const, required: false }],
  settings: { parameters: { temperature } },
  validations: [],
});

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('history and merge', async ({ app, api }) => {
      const picture = (name: string) => takePicture(app, name, look);
      const first = content('You answer customers.\nBe kind.\nBe brief.\n', 0.2);
      const { prompt } = await api.promptCreate({ name: 'support/answer', content: first });
      const { id } = prompt;
      const save = (branch: string, note: string, text: string, temperature: number) =>
        api.versionCreate({ id, branch, note, content: content(text, temperature) });
      await api.branchPut({ id, name: 'tone' });
      await api.branchPut({ id, name: 'length' });
      await save('tone', 'Warmer words', 'You answer customers.\nBe warm.\nBe brief.\n', 0.9);
      await save('main', 'Names the product', 'You answer customers of Acme.\nBe kind.\nBe brief.\n', 0.2);
      await save('length', 'One sentence', 'You answer customers.\nBe kind.\nUse one sentence.\n', 0.2);
      await api.versionMerge({ id, from: 'length' });
      await save('main', 'Firmer', 'You answer customers of Acme.\nBe firm.\nUse one sentence.\n', 0.4);
      await api.labelPut({ id, name: 'production', version: 'v3' });
      await api.labelPut({ id, name: 'staging', version: 'v5' });
      await api.versionUpdate({ id, version: 'v3', tags: ['measured', 'baseline'] });

      await app.reload();
      // In a narrow window the list is a drawer, which the chosen prompt closes.
      if (viewport.width < 1000) await app.getByRole('button', { name: 'Prompts', exact: true }).click();
      const region = await openPrompt(app, 'support/answer');
      await region.getByRole('tab', { name: 'Versions' }).click();
      const list = region.getByRole('list', { name: 'Versions' });
      await list.getByRole('button', { name: /^v3/ }).click();
      await region.locator('.cm-content').first().waitFor();
      await picture('history');
      await region.getByRole('button', { name: 'Branch main' }).click();
      await picture('history-branches');
      await app.getByRole('menuitem', { name: 'Merge tone into main…' }).click();
      const dialog = app.getByRole('dialog', { name: 'Merge tone into main' });
      await dialog.getByText('Take both').click();
      await expect(dialog.getByRole('status')).toHaveText('1 to settle');
      await picture('merge');
    });
  });
}
