import { expect, test } from '../support/browser-test';
import { LOOKS, takePicture } from '../support/pictures';
import { openPrompt } from '../support/screens';

const PROMPTY = `---
name: Reply to a guest
description: Answers in the voice of the house
tags: [hotel]
model:
  api: chat
  configuration: { type: openai, name: gpt-4o, api_key: "\${env:KEY}" }
  parameters: { temperature: 0.2 }
sample: { guest: Ada }
---
system:
You work at a hotel.
{% if late %}Be quick.{% endif %}

user:
{{ guest | shout }} asks: {{ question }}
`;

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('import and export', async ({ app }) => {
      const picture = (name: string) => takePicture(app, name, look);
      await openPrompt(app, 'code-review');
      await app.keyboard.press('Control+k');
      await app.getByPlaceholder('Search prompts and commands').fill('import prompts');
      await app.keyboard.press('Enter');
      const dialog = app.getByRole('dialog', { name: 'Import prompts' });
      await expect(dialog.getByText('Drop files here')).toBeVisible();
      await picture('import-choose');
      const files = [
        { name: 'reply.prompty', text: PROMPTY },
        { name: 'summarise.prompt', text: 'In one word: {{text}}' },
      ];
      await dialog
        .locator('input[type=file]')
        .setInputFiles(
          files.map(({ name, text }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })),
        );
      await expect(dialog.getByText('name is taken')).toBeVisible();
      await picture('import');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await app.getByRole('button', { name: 'More about this prompt' }).first().click();
      await app.getByRole('menuitem', { name: 'Export…' }).click();
      await expect(app.getByRole('dialog', { name: 'Export code-review' })).toBeVisible();
      await picture('export');
    });
  });
}
