import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../support/browser-test';
import { LOOKS, takePicture, visit } from '../support/pictures';
import { openPrompt } from '../support/screens';

const CONFIG = `prompts:
  - id: greet
    raw: "Hello {{ name | upper }}{{ name | weird }}"
  - id: summarise
    raw: "In one word: {{ text }}"
providers: [openai:chat:gpt-4o]
tests:
  - vars: { name: Ada, text: Long }
    assert: [{ type: contains, value: Ada }]
`;

const text = (template: string) => ({
  body: { kind: 'text' as const, template },
  variables: [],
  settings: { parameters: {} },
  validations: [],
});

for (const { name: look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test('library, import and export', async ({ app, api }) => {
      const picture = (name: string) => takePicture(app, name, look);
      const drawer = async () => {
        if (viewport.width < 1000) await app.getByRole('button', { name: 'Prompts', exact: true }).click();
      };
      await drawer();
      const list = app.getByRole('complementary', { name: 'Prompts' });
      await list.getByRole('listitem').first().waitFor();
      await app.getByRole('button', { name: 'Filter by state and tag' }).click();
      await app.getByRole('menuitemradio', { name: /^support/ }).waitFor();
      await picture('library-filter');
      await app.keyboard.press('Escape');
      for (const name of ['code-review ', 'summarise ']) {
        await list.getByRole('link', { name }).click({ modifiers: ['Control'] });
      }
      await app.getByRole('toolbar', { name: 'What is selected' }).waitFor();
      await picture('library-selected');
      await app.getByRole('button', { name: 'Select nothing' }).click();

      await app.getByRole('button', { name: 'Import prompts' }).click();
      const wizard = app.getByRole('dialog', { name: 'Import prompts' });
      await picture('import-none');
      const file = { name: 'promptfooconfig.yaml', mimeType: 'text/plain', buffer: Buffer.from(CONFIG) };
      await wizard.locator('input[type=file]').setInputFiles([file]);
      await wizard.getByRole('region', { name: 'greet', exact: true }).locator('pre').waitFor();
      await picture('import');
      await app.keyboard.press('Escape');
      await wizard.waitFor({ state: 'hidden' });
      await drawer();

      const prompt = await openPrompt(app, 'code-review');
      await prompt.getByRole('button', { name: 'More about this prompt' }).click();
      await app.getByRole('menuitem', { name: 'Export…' }).click();
      await app.getByRole('dialog', { name: 'Export code-review' }).waitFor();
      await picture('export');
      await app.keyboard.press('Escape');

      const { items } = await api.promptList({ search: 'summarise' });
      await api.promptUpdate({ id: items[0]?.id ?? '', status: 'published' });
      await app.keyboard.press('Control+k');
      await app.getByPlaceholder('Search prompts and commands').fill('import');
      await app.getByText('Import prompts from files').waitFor();
      await picture('palette-import');
      await app.keyboard.press('Enter');
      await wizard.waitFor();
    });

    test('a linked folder', async ({ app, api }) => {
      const picture = (name: string) => takePicture(app, name, look);
      const folder = await mkdtemp(join(tmpdir(), 'formaops-prompts-'));
      await writeFile(join(folder, 'greet.prompt'), '---\n# by hand\n---\nHello {{name}}\n');
      await writeFile(join(folder, 'sign-off.prompt'), 'Yours, {{name}}\n');
      await visit(app, '/settings/folder', 'Folder');
      await app.getByRole('button', { name: 'Link folder' }).waitFor();
      await picture('folder-none');
      await api.promptCreate({ name: 'greet', content: text('Good day {{name}}') });
      await api.folderLink({ path: folder });
      await app.getByRole('article', { name: 'greet.prompt' }).getByText('Good day').waitFor();
      await expect(app.getByRole('button', { name: 'Trust folder' })).toBeVisible();
      await picture('folder');
      await api.folderUnlink({});
      await rm(folder, { recursive: true });
    });
  });
}
