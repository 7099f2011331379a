import type { Locator } from '@playwright/test';
import { expect, type Page, test } from '../support/browser-test';
import { chooseModels, column, fromMenu, openPrompt, run } from '../support/screens';

/** A picture of one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP4ceDDfwAJBAOoNI5XcAAAAABJRU5ErkJggg==',
  'base64',
);

const attachments = (of: Page | Locator) => of.getByRole('list', { name: 'Attachments' });

/** Chooses files with the button of a message. */
async function choose(app: Page, message: Locator, name: string, mimeType: string, buffer: Buffer) {
  const chooser = app.waitForEvent('filechooser');
  await message.getByRole('button', { name: 'Attach images or files' }).click();
  await (await chooser).setFiles({ name, mimeType, buffer });
}

/** Lets a file fall on a part of the page, or pastes it there. */
async function give(target: Locator, how: 'drop' | 'paste', name: string, text: string): Promise<void> {
  await target.evaluate(
    (element, { how, name, text }) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      const init = { bubbles: true, cancelable: true };
      element.dispatchEvent(
        how === 'drop'
          ? new DragEvent('drop', { ...init, dataTransfer: data })
          : new ClipboardEvent('paste', { ...init, clipboardData: data }),
      );
    },
    { how, name, text },
  );
}

test('a picture is attached, seen, sent, taken away and brought back', async ({ app }) => {
  const prompt = await openPrompt(app, 'code-review');
  const message = prompt.getByRole('region', { name: /^Message 2, user$/ });
  await choose(app, message, 'shot.png', 'image/png', pixel);
  await expect(attachments(message)).toContainText('shot.png');
  await expect(attachments(message)).toContainText(`${pixel.length} B`);
  const picture = message.getByRole('img', { name: 'Picture of shot.png' });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);

  await prompt.getByRole('tab', { name: 'Rendered' }).click();
  const rendered = prompt.getByRole('region', { name: 'user', exact: true });
  await expect(attachments(rendered)).toContainText('shot.png');

  await chooseModels(app, ['dry-run:echo']);
  await run(app);
  await expect(column(app, 'dry-run:echo')).toContainText(`[image shot.png, ${pixel.length} bytes]`);
  await fromMenu(app, 'dry-run:echo', 'Details');
  const details = app.getByRole('dialog', { name: 'Execution' });
  await expect(attachments(details)).toContainText('shot.png');
  await app.keyboard.press('Escape');

  await prompt.getByRole('tab', { name: 'Edit' }).click();
  await message.getByRole('button', { name: 'Remove shot.png' }).click();
  await expect(attachments(message)).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(attachments(message)).toContainText('shot.png');
});

test('files are dropped and pasted, and survive a reload', async ({ app, api }) => {
  const prompt = await openPrompt(app, 'code-review');
  const message = prompt.getByRole('region', { name: /^Message 2, user$/ });
  const editor = message.getByRole('textbox');
  const before = await editor.textContent();
  await give(editor, 'drop', 'notes.md', '# Notes');
  await expect(attachments(message)).toContainText('notes.md');
  await give(editor, 'paste', 'data.json', '{}');
  await expect(attachments(message).getByRole('listitem')).toHaveCount(2);
  expect(await editor.textContent()).toBe(before);
  await expect(prompt.getByRole('button', { name: 'Edit as one text' })).toBeDisabled();

  const kept = async () => {
    const { draft } = await api.promptGet({ id: 'code-review' });
    const body = draft?.content.body;
    return body?.kind === 'messages' ? body.messages[1]?.attachments?.map(({ name }) => name) : undefined;
  };
  await expect.poll(kept).toEqual(['notes.md', 'data.json']);
  await app.reload();
  await expect(attachments(message)).toContainText('notes.md');
  await expect(attachments(message)).toContainText('data.json');
});

test('a text becomes messages when something is attached to it, and a large file is refused', async ({
  app,
  api,
}) => {
  const { prompt } = await api.promptCreate({
    name: 'look',
    content: {
      body: { kind: 'text', template: 'What is it?' },
      settings: { parameters: {} },
      validations: [],
      variables: [],
    },
  });
  await app.goto(new URL(`/prompts/${prompt.id}`, app.url()).href);
  const text = app.getByRole('region', { name: 'Template' });
  await choose(app, text, 'large.bin', 'application/octet-stream', Buffer.alloc(20_000_001));
  await expect(app.getByRole('alert')).toContainText('large.bin');
  await choose(app, text, 'shot.png', 'image/png', pixel);
  const message = app.getByRole('region', { name: 'Message 1, user' });
  await expect(attachments(message)).toContainText('shot.png');
  await expect(message.getByRole('textbox')).toHaveText('What is it?');
});
