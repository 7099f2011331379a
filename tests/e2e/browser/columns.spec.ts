import { readFile } from 'node:fs/promises';
import { violations } from '../support/accessibility';
import { type Locator, type Page, expect, test } from '../support/browser-test';
import { HostileServer } from '../support/hostile';
import { endless } from '../support/models';
import { chooseModels, column, fromMenu, openPrompt, run } from '../support/screens';

/** The box of a column that scrolls. */
const box = (app: Page, model: string) => column(app, model).locator('[data-scroller]');

/** How far a box is from its end, in pixels. */
const fromEnd = (scroller: Locator) =>
  scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);

const allViews = (app: Page) => app.getByRole('radiogroup', { name: 'How all answers are shown' });

/** A server whose models, `case-0` and on, answer with these texts. */
const serverOf = (texts: string[]) =>
  HostileServer.start(
    texts.map((text) => ({ title: '', text, shows: undefined, links: undefined, isRefused: false })),
  );

test('an answer is shown as Markdown, as it is, or as JSON, which is there again after a new start', async ({
  app,
  scripted,
}) => {
  const [markdown, json] = [`${scripted}:markdown`, `${scripted}:json`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [markdown, json]);
  await run(app);
  await expect(column(app, json)).toContainText('✓ done');

  await column(app, json).getByRole('button', { name: 'JSON', exact: true }).click();
  const tree = column(app, json).getByRole('tree');
  await expect(tree.getByRole('treeitem').first()).toContainText('fields');
  await expect(column(app, markdown).getByRole('heading', { name: 'Summary' })).toBeVisible();

  // The keys of the column that has the focus, for itself and for all of them.
  await box(app, markdown).focus();
  await app.keyboard.press('Alt+2');
  await expect(column(app, markdown)).toContainText('# Summary');
  await expect(tree).toBeVisible();
  await app.keyboard.press('Alt+Shift+3');
  await expect(column(app, markdown)).toContainText('This answer is not JSON');

  await app.reload();
  await expect(column(app, markdown)).toContainText('This answer is not JSON');
  await allViews(app).getByText('Markdown').click();
  await expect(column(app, markdown).getByRole('heading', { name: 'Summary' })).toBeVisible();
  await expect(column(app, json).getByRole('tree')).toHaveCount(0);
});

test('a tree of JSON is walked with the keys, and its paths and values are copied', async ({
  app,
  api,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const value = { issues: [{ path: 'src/main.rs', 'line no': 12 }], long: 'x'.repeat(300), total: 1 };
  const server = await serverOf([`Here it is:\n\n\`\`\`json\n${JSON.stringify(value)}\n\`\`\`\n`]);
  try {
    await api.providerCreate({ name: 'trees', kind: 'openai-chat', baseUrl: server.baseUrl });
    await openPrompt(app, 'summarise');
    await chooseModels(app, ['trees:case-0']);
    await run(app);
    const answer = column(app, 'trees:case-0');
    await expect(answer).toContainText('✓ done');
    await answer.getByRole('button', { name: 'JSON', exact: true }).click();
    await expect(answer).toContainText('From the code block in the answer');

    const copied = () => app.evaluate(() => navigator.clipboard.readText());
    const tree = answer.getByRole('tree');
    const active = tree.getByRole('treeitem', { selected: true });
    await tree.focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await app.keyboard.press(key);
    await expect(active).toContainText('"line no": 12');
    await expect(active).toHaveAttribute('aria-level', '4');
    await answer.getByRole('button', { name: 'Copy path' }).click();
    await expect.poll(copied).toBe("$.issues[0]['line no']");
    await answer.getByRole('button', { name: 'Copy value' }).click();
    await expect.poll(copied).toBe('12');

    await tree.focus();
    await app.keyboard.press('Home');
    await app.keyboard.press('ArrowLeft');
    await expect(tree.getByRole('treeitem')).toHaveCount(1);
    await app.keyboard.press('ArrowRight');
    await app.keyboard.press('ArrowRight');
    await expect(active).toContainText('"issues"');
    expect(await violations(app)).toEqual([]);
  } finally {
    server.stop();
  }
});

test('ten megabytes of JSON are a tree of which only what is seen is in the page', async ({ app, api }) => {
  const row = { id: 1, name: 'a name that is there a hundred thousand times', tags: ['a', 'b'] };
  const rows = Array.from({ length: 110_000 }, (_, id) => ({ ...row, id }));
  const server = await serverOf([JSON.stringify(rows)]);
  try {
    await api.providerCreate({ name: 'trees', kind: 'openai-chat', baseUrl: server.baseUrl });
    await openPrompt(app, 'summarise');
    await chooseModels(app, ['trees:case-0']);
    await run(app);
    const answer = column(app, 'trees:case-0');
    await expect(answer).toContainText('✓ done', { timeout: 150_000 });
    await answer.getByRole('button', { name: 'JSON', exact: true }).click();
    const items = answer.getByRole('tree').getByRole('treeitem');
    await expect(items.first()).toContainText('110,000 items');
    await answer.getByRole('tree').focus();
    await app.keyboard.press('End');
    const last = answer.getByRole('treeitem', { selected: true });
    await expect(last).toContainText('109,000 … 109,999');
    await app.keyboard.press('Enter');
    await app.keyboard.press('End');
    await expect(last).toContainText('109999');
    expect(await items.count()).toBeLessThan(100);
  } finally {
    server.stop();
  }
});

test('the end is followed until the reader leaves it, and again from there', async ({ app, scripted }) => {
  const model = `${scripted}:${endless(5)}`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  const scroller = box(app, model);
  await expect(column(app, model)).toContainText('word600 ');
  await expect.poll(() => fromEnd(scroller)).toBeLessThan(60);

  await scroller.hover();
  await app.mouse.wheel(0, -300);
  const pill = column(app, model).getByRole('button', { name: 'Jump to the end' });
  await expect(pill).toBeVisible();
  const place = await scroller.evaluate(({ scrollTop }) => scrollTop);
  await expect(column(app, model)).toContainText('word1200 ');
  expect(await scroller.evaluate(({ scrollTop }) => scrollTop)).toBe(place);

  await pill.click();
  await expect(pill).toHaveCount(0);
  await expect(column(app, model)).toContainText('word1500 ');
  await expect.poll(() => fromEnd(scroller)).toBeLessThan(60);

  // When it ends, its end stays in sight.
  await app.keyboard.press('Control+.');
  await expect(column(app, model)).toContainText('cancelled');
  await expect.poll(() => fromEnd(scroller)).toBeLessThan(2);
});

test('an answer that has ended is opened at its beginning', async ({ app, scripted }) => {
  const model = `${scripted}:words-1800`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('✓ done');
  for (const open of [
    () => app.reload(),
    async () => {
      await app.getByRole('tab', { name: 'Runs' }).click();
      await app.getByRole('row').filter({ hasText: model }).getByRole('link').click();
    },
  ]) {
    await open();
    await expect(column(app, model)).toContainText('word1800');
    await expect(box(app, model)).toHaveAttribute('aria-busy', 'false');
    expect(await box(app, model).evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  }
});

test('columns scroll together, each to the same share of its own length', async ({ app, scripted }) => {
  const [short, long] = [`${scripted}:words-900`, `${scripted}:words-1800`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [short, long]);
  await run(app);
  for (const model of [short, long]) await expect(column(app, model)).toContainText('✓ done');
  const share = (model: string) =>
    box(app, model).evaluate((element) =>
      Math.round((100 * element.scrollTop) / (element.scrollHeight - element.clientHeight)),
    );
  const scrollTo = (model: string, part: number) =>
    box(app, model).evaluate((element, to) => {
      element.scrollTop = to * (element.scrollHeight - element.clientHeight);
    }, part);
  await scrollTo(short, 0.25);
  await scrollTo(long, 0.75);
  expect(await share(short)).toBe(25);
  await app.getByRole('button', { name: 'Scroll together' }).click();
  await scrollTo(short, 0.5);
  await expect.poll(() => share(long)).toBe(50);
  await scrollTo(long, 0);
  await expect.poll(() => share(short)).toBe(0);
});

test('a column is as wide as it is drawn, by the mouse or the keys, while the models stay', async ({
  app,
  scripted,
}) => {
  const [first, second] = [`${scripted}:words-20`, `${scripted}:words-30`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [first, second]);
  await run(app);
  await expect(column(app, second)).toContainText('✓ done');
  const width = async () => Math.round((await column(app, first).boundingBox())?.width ?? 0);
  const border = app.getByRole('separator', { name: `Width of the column of ${first}` });
  const before = await width();
  const at = (await border.boundingBox()) ?? { x: 0, y: 0, height: 0 };
  await app.mouse.move(at.x, at.y + at.height / 2);
  await app.mouse.down();
  await app.mouse.move(at.x - 100, at.y + at.height / 2, { steps: 4 });
  await app.mouse.up();
  await expect.poll(width).toBe(before - 100);
  await border.press('ArrowRight');
  await expect.poll(width).toBe(before - 84);
  await border.press('Home');
  await expect.poll(width).toBe(320);

  await app.reload();
  await expect(column(app, first)).toContainText('✓ done');
  await expect.poll(width).toBe(320);
  await border.press('Enter');
  await expect.poll(width).toBe(before);
});

test('one column alone is shown, until Esc or its button brings the others back', async ({
  app,
  scripted,
}) => {
  const [first, second] = [`${scripted}:words-20`, `${scripted}:words-30`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [first, second]);
  await run(app);
  await expect(column(app, second)).toContainText('✓ done');
  await fromMenu(app, first, 'Only this column');
  await expect(column(app, second)).toHaveCount(0);
  await expect(app.getByText(`Only ${first} is shown`)).toBeVisible();

  // Esc closes the topmost layer only.
  await column(app, first)
    .getByRole('button', { name: /^More about/ })
    .click();
  await app.keyboard.press('Escape');
  await expect(app.getByRole('menu')).toHaveCount(0);
  await expect(column(app, second)).toHaveCount(0);
  await app.keyboard.press('Escape');
  await expect(column(app, second)).toBeVisible();

  await box(app, second).focus();
  await app.keyboard.press('Alt+Enter');
  await expect(column(app, first)).toHaveCount(0);
  await app.getByRole('button', { name: 'Show all columns' }).click();
  await expect(column(app, first)).toBeVisible();
});

test('where all of an answer is seen, nothing leads to its end; a chosen view closes its menu', async ({
  app,
  scripted,
}) => {
  const [first, second] = [`${scripted}:words-400`, `${scripted}:slow-40x600`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [first, second, `${scripted}:words-20`, `${scripted}:words-30`]);
  await run(app);
  await expect(column(app, second)).toContainText('word200 ');
  await box(app, second).hover();
  await app.mouse.wheel(0, -300);
  const pill = column(app, second).getByRole('button', { name: 'Jump to the end' });
  await expect(pill).toBeVisible();
  await app.getByRole('button', { name: 'Stop' }).click();
  await expect(column(app, second)).toContainText('cancelled');
  await expect(pill).toBeVisible();
  await fromMenu(app, second, 'Only this column');
  await expect(pill).toHaveCount(0);

  await column(app, second)
    .getByRole('button', { name: /^More about/ })
    .click();
  await app.getByRole('menuitemradio', { name: 'Raw' }).click();
  await expect(app.getByRole('menu')).toHaveCount(0);
});

test('two answers are compared word by word, and one with that of the run before', async ({ app, api }) => {
  const words = (from: number, to: number, name: string) =>
    Array.from({ length: to - from }, (_, at) => `line ${from + at} of ${name}\n`).join('');
  const first = `${words(0, 3, 'one')}${words(3, 40, 'both')}The end is near.\n`;
  const second = `${words(0, 3, 'two')}${words(3, 40, 'both')}The end is here.\n`;
  const server = await serverOf([first, second]);
  const [one, two] = ['pair:case-0', 'pair:case-1'];
  try {
    await api.providerCreate({ name: 'pair', kind: 'openai-chat', baseUrl: server.baseUrl });
    await openPrompt(app, 'summarise');
    await chooseModels(app, [one, two]);
    await run(app);
    for (const model of [one, two]) await expect(column(app, model)).toContainText('✓ done');

    const compare = async (other: string) => {
      await column(app, one)
        .getByRole('button', { name: /^More about/ })
        .click();
      await app.getByRole('menuitem', { name: 'Compare with' }).hover();
      await app.getByRole('menuitem', { name: other }).click();
    };
    const dialog = app.getByRole('dialog', { name: 'Compare answers' });
    await compare(two);
    await expect(dialog).toContainText('2 changes');
    await expect(dialog.locator('.cm-changedText').filter({ hasText: 'two' }).first()).toBeVisible();
    await dialog.getByRole('button', { name: 'Next change' }).click();
    await dialog.getByRole('button', { name: 'Next change' }).click();
    await expect(dialog.locator('.cm-changedText').filter({ hasText: 'here' })).toBeInViewport();
    await dialog.getByText('Unified').click();
    await expect(dialog.locator('.cm-deletedChunk').first()).toContainText('line 0 of one');
    expect(await violations(app)).toEqual([]);
    await app.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);

    await compare('Its answer in the run before');
    await expect(dialog).toContainText('There is no answer of this model in the run before');
    await app.keyboard.press('Escape');
    await run(app);
    await expect
      .poll(async () => (await api.runList({})).items.map(({ status }) => status))
      .toEqual(['completed', 'completed']);
    // Until the page shows the second run, its answers are those of the first.
    await expect(async () => {
      await app.keyboard.press('Escape');
      await compare('Its answer in the run before');
      await expect(dialog).toContainText('Both answers are the same', { timeout: 5_000 });
    }).toPass();
  } finally {
    server.stop();
  }
});

test('an answer is copied, put in a fence and saved, and so are its facts', async ({
  app,
  scripted,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const model = `${scripted}:markdown`;
  await openPrompt(app, 'summarise');
  await chooseModels(app, [model]);
  await run(app);
  await expect(column(app, model)).toContainText('✓ done');
  const copied = () => app.evaluate(() => navigator.clipboard.readText());

  await fromMenu(app, model, 'Copy the answer');
  await expect.poll(copied).toMatch(/^# Summary\n/);
  const answer = await copied();
  await fromMenu(app, model, 'Copy as a Markdown fence');
  await expect.poll(copied).toMatch(/^````\n# Summary\n/);
  await fromMenu(app, model, 'Copy the facts as JSON');
  await expect.poll(copied).toMatch(/^\{/);
  expect(JSON.parse(await copied())).toMatchObject({
    model,
    status: 'completed',
    finish: { reason: 'stop' },
  });

  const saved = app.waitForEvent('download');
  await fromMenu(app, model, 'Save the answer to a file');
  const download = await saved;
  expect(download.suggestedFilename()).toBe('scripted-markdown.md');
  expect(await readFile(await download.path(), 'utf8')).toBe(answer);
});

test('the names of the chosen models can be read, and their answers have room', async ({
  app,
  api,
  models,
}) => {
  await api.providerCreate({ name: 'openrouter', kind: 'openai-chat', baseUrl: models.baseUrl });
  const names = ['meta/llama-4-scout', 'gpt-5.1-mini', 'words-60', 'sonnet-5', 'words-80', 'words-90'];
  await openPrompt(app, 'summarise');
  const bar = app.getByRole('toolbar', { name: 'Models to run on' });
  for (const [viewport, most] of [
    [{ width: 1440, height: 900 }, 6],
    [{ width: 960, height: 600 }, 3],
  ] as const) {
    await app.setViewportSize(viewport);
    for (const count of [1, 3, most]) {
      await chooseModels(
        app,
        names.slice(0, count).map((name) => `openrouter:${name}`),
      );
      for (const name of names.slice(0, count)) {
        const shown = bar.getByText(name.slice(name.indexOf('/') + 1), { exact: true });
        await expect(shown).toBeInViewport({ ratio: 1 });
        await expect.poll(() => shown.evaluate((text) => text.scrollWidth - text.clientWidth), name).toBe(0);
      }
    }
    await run(app);
    const answer = box(app, 'openrouter:words-60');
    await expect(answer).toContainText('word60');
    // The answer before this one may still be there, and go while it is measured.
    await expect
      .poll(async () => (await answer.boundingBox())?.height ?? 0)
      .toBeGreaterThan(viewport.height > 600 ? 190 : 70);
  }
});

test('the best of a row says why it is', async ({ app, scripted }) => {
  const [quick, slow] = [`${scripted}:slow-5x20`, `${scripted}:slow-60x20`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [quick, slow]);
  await run(app);
  for (const model of [quick, slow]) await expect(column(app, model)).toContainText('✓ done');
  const best = column(app, quick).getByRole('img', { name: /^best of the row\. Quickest to its end/ });
  await best.hover();
  await expect(app.getByRole('tooltip')).toContainText(/Quickest to its end: .+, the next took .+/);
  // Both cost nothing, so neither is best at it.
  await expect(app.getByRole('img', { name: /Least cost/ })).toHaveCount(0);
});

test('a failure leads to what mends it, in the run bar too', async ({ app, scripted }) => {
  const [gone, refused] = [`${scripted}:fail-404`, `${scripted}:fail-400`];
  await openPrompt(app, 'summarise');
  await chooseModels(app, [gone, refused]);
  await run(app);
  await column(app, gone).getByRole('button', { name: 'Choose another model' }).click();
  await expect(app.getByRole('textbox', { name: 'Search, or type provider:model' })).toBeFocused();
  await app.keyboard.press('Escape');
  await column(app, refused).getByRole('button', { name: 'Open parameters' }).click();
  await expect(app.getByLabel('Temperature').first()).toBeVisible();
});

test('a link says where it leads before it leads there', async ({ app, api, context }) => {
  const server = await serverOf(['[https://bank.example](https://bank.example@b\u0430nk.example/\u200bx)']);
  try {
    await api.providerCreate({ name: 'links', kind: 'openai-chat', baseUrl: server.baseUrl });
    await openPrompt(app, 'summarise');
    await chooseModels(app, ['links:case-0']);
    await run(app);
    const answer = column(app, 'links:case-0');
    const whole = 'https://bank.example@xn--bnk-6cd.example/%E2%80%8Bx';
    await answer.getByRole('button', { name: 'https://bank.example' }).hover();
    await expect(answer).toContainText(whole);
    await app.mouse.move(0, 0);
    await expect(answer).not.toContainText(whole);
    await answer.getByRole('button', { name: 'https://bank.example' }).focus();
    await expect(answer).toContainText(whole);

    await app.keyboard.press('Enter');
    const dialog = app.getByRole('dialog');
    await expect(dialog).toContainText(whole);
    await expect(dialog.locator('b')).toHaveText('xn--bnk-6cd.example');
    await expect(dialog).toContainText('not the place it leads to');
    await expect(dialog).toContainText('letters of other scripts');
    expect(context.pages()).toHaveLength(1);
    await app.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  } finally {
    server.stop();
  }
});
