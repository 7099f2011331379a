import { expect, type Page, test } from '../support/browser-test';
import { manyCases } from '../support/manyCases';
import { chooseModels, column, openPrompt, run, template } from '../support/screens';
import { BareEditor } from './bare';
import { MainThread, megabytes, ms, rest, Sample, table } from './measure';
import { Prose } from './prose';

// Measured one after the other, each alone on the machine. Nothing here fails because it is slow.
test.describe.configure({ mode: 'serial', timeout: 600_000 });

const KEYSTROKES = 200;
/** Between two keystrokes of somebody who types fast, in milliseconds. */
const TYPING_MS = 100;

/** What keystrokes cost in the editor that has the focus of a page. */
async function typing(page: Page): Promise<{ nothing: Sample; work: Sample; painted: Sample }> {
  await page.keyboard.press('Control+Home');
  await rest(page);
  const thread = await MainThread.of(page);
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { keystrokes: times });
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        requestAnimationFrame(() => {
          // A message comes after the frame has been painted.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => times.push(performance.now() - timeStamp);
          port2.postMessage(null);
        });
      },
      true,
    );
  });
  const press = (key: string) =>
    thread.work(async () => {
      await page.keyboard.press(key);
      await page.waitForTimeout(TYPING_MS);
    });
  const nothing: number[] = [];
  for (let at = 0; at < KEYSTROKES / 4; at += 1) nothing.push(await press('Shift'));
  await page.evaluate(() => ((window as unknown as { keystrokes: number[] }).keystrokes.length = 0));
  const work: number[] = [];
  for (let at = 0; at < KEYSTROKES; at += 1) work.push(await press(at % 10 === 9 ? 'Space' : 'a'));
  const painted = await page.evaluate(() => (window as unknown as { keystrokes: number[] }).keystrokes);
  return { nothing: new Sample(nothing), work: new Sample(work), painted: new Sample(painted) };
}

test('typing in a prompt of 2,000 lines with the preview on', async ({ app, api, context }) => {
  const lines = Array.from({ length: 2000 }, (_, at) =>
    at % 20 === 0 ? `{{#if urgent}}Line ${at} for {{name}}.{{/if}}` : `Line ${at} of a long text, plain.`,
  );
  const text = lines.join('\n');
  await api.promptCreate({
    name: 'a-long-one',
    content: {
      body: { kind: 'messages', messages: [{ role: 'user', template: text }] },
      variables: [
        { name: 'name', type: 'string', required: false },
        { name: 'urgent', type: 'boolean', required: false },
      ],
      settings: { parameters: {} },
      validations: [],
    },
  });
  const prompt = await openPrompt(app, 'a-long-one');
  const preview = prompt.getByRole('button', { name: 'Preview' });
  if ((await preview.getAttribute('aria-pressed')) !== 'true') await preview.click();
  await template(prompt).click();
  const ours = await typing(app);

  const bare = await BareEditor.start(text);
  const peer = await context.newPage();
  await peer.goto(bare.address);
  await peer.locator('.cm-content').click();
  const theirs = await typing(peer);
  await peer.close();
  bare.stop();

  const row = (what: string, sample: Sample, limit: string) => [
    what,
    ms(sample.at(0.5)),
    ms(sample.at(0.95)),
    ms(sample.most),
    limit,
  ];
  table(
    `Typing, ${KEYSTROKES} keystrokes`,
    ['', 'p50', 'p95', 'most', 'limit'],
    [
      row('main thread, a key that types nothing', ours.nothing, '-'),
      row('main thread, a keystroke', ours.work, 'p95 8 ms'),
      row('from key to paint', ours.painted, 'most 33 ms'),
      row('the bare editor: a key that types nothing', theirs.nothing, '-'),
      row('the bare editor: a keystroke', theirs.work, '-'),
      row('the bare editor: from key to paint', theirs.painted, '-'),
    ],
  );
});

test('from a mistake to its mark', async ({ app }) => {
  const prompt = await openPrompt(app, 'summarise');
  await template(prompt).click();
  await app.keyboard.press('Control+End');
  await app.keyboard.insertText(' {{language}}');
  const times: number[] = [];
  for (let at = 0; at < 40; at += 1) {
    await rest(app);
    await expect(prompt.locator('.cm-lintRange-error')).toHaveCount(0);
    // Watching has begun once this is there.
    const watch = await app.evaluateHandle(() => {
      const marked = new Promise<number>((done) => {
        let typed = NaN;
        addEventListener('keydown', ({ timeStamp }) => (typed = timeStamp), { once: true, capture: true });
        const look = new MutationObserver(() => {
          if (document.querySelector('.cm-lintRange-error') === null) return;
          look.disconnect();
          done(performance.now() - typed);
        });
        look.observe(document.body, { childList: true, subtree: true, attributes: true });
      });
      return { marked };
    });
    await app.keyboard.press('Backspace');
    times.push(await watch.evaluate(({ marked }) => marked));
    await app.keyboard.insertText('}');
  }
  const sample = new Sample(times);
  table(
    'A mistake, 40 times',
    ['', 'p50', 'p95', 'most', 'limit'],
    [['from key to mark', ms(sample.at(0.5)), ms(sample.at(0.95)), ms(sample.most), '100 ms']],
  );
});

test('eight columns that stream 200 tokens of Markdown a second each', async ({ app, api }) => {
  const [tokens, everyMs, name] = [12_500, 5, 'eight'];
  const prose = await Prose.start(tokens, everyMs);
  await api.providerCreate({ name, kind: 'openai-chat', baseUrl: prose.baseUrl, maxConcurrent: 8 });
  const models = Array.from({ length: 8 }, (_, at) => `${name}:m${at}`);
  await openPrompt(app, 'summarise');
  await chooseModels(app, models);
  await rest(app);
  const thread = await MainThread.of(app);
  const heaps = [await thread.heap()];
  let worked = 0;
  const began = performance.now();
  const { longTasks, longCount, gaps } = await thread.watch(async () => {
    worked = await thread.work(async () => {
      await run(app);
      for (let quarter = 1; quarter <= 4; quarter += 1) {
        await app.waitForTimeout((tokens * everyMs) / 4);
        heaps.push(await thread.heap());
      }
      for (const model of models) {
        await expect(column(app, model)).toContainText('✓', { timeout: 300_000 });
      }
    });
  });
  const share = worked / (performance.now() - began);
  prose.stop();
  table(
    'Eight columns, 100,000 tokens in all',
    ['', 'measured', 'limit'],
    [
      ['tasks over 50 ms', `${longCount}${longCount > 0 ? `, most ${ms(longTasks.most)}` : ''}`, '0'],
      ['gap between frames, p99', ms(gaps.at(0.99)), '-'],
      ['gap between frames, most', ms(gaps.most), '100 ms'],
      ['main thread, of the time', `${(share * 100).toFixed(0)} %`, '-'],
      ['memory before, then at each quarter', heaps.map(megabytes).join(', '), 'flat'],
    ],
  );
});

test('switching between prompts', async ({ app }) => {
  const thread = await MainThread.of(app);
  const [times, work]: [number[], number[]] = [[], []];
  const names = ['summarise', 'code-review', 'classify-ticket', 'reply-to-customer'];
  for (const name of names) await openPrompt(app, name);
  for (let at = 0; at < 40; at += 1) {
    const name = names[at % names.length] ?? '';
    await rest(app);
    work.push(
      await thread.work(async () => {
        times.push(
          await app.evaluate(async (wanted) => {
            const link = [...document.querySelectorAll<HTMLElement>('aside a')].find((element) =>
              element.textContent.startsWith(wanted),
            );
            const start = performance.now();
            link?.click();
            // One that was on screen before is kept hidden.
            const isThere = () =>
              document.querySelector(`section[aria-label="${wanted}"] .cm-content`)?.checkVisibility() ===
              true;
            while (!isThere()) await new Promise((next) => requestAnimationFrame(next));
            return performance.now() - start;
          }, name),
        );
        await rest(app);
      }),
    );
  }
  const [shown, worked] = [new Sample(times), new Sample(work)];
  table(
    'Switching between prompts',
    ['', 'p50', 'p95', 'most', 'limit'],
    [
      ['from click to the editor', ms(shown.at(0.5)), ms(shown.at(0.95)), ms(shown.most), '50 ms'],
      ['main thread, all that follows', ms(worked.at(0.5)), ms(worked.at(0.95)), ms(worked.most), '-'],
    ],
  );
});

test('first paint and time to editable', async ({ app, host }) => {
  const rows: { paint: number; editable: number }[] = [];
  // The browser is warm, its cache is not.
  const cdp = await app.context().newCDPSession(app);
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  for (let at = 0; at < 10; at += 1) {
    await app.goto(`${host.origin}/`, { waitUntil: 'commit' });
    rows.push(
      await app.evaluate(async () => {
        const isThere = () => document.querySelector('main .cm-content[contenteditable="true"]') !== null;
        while (!isThere()) await new Promise((next) => requestAnimationFrame(next));
        const editable = performance.now();
        const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN;
        return { paint, editable };
      }),
    );
  }
  const paint = new Sample(rows.map((row) => row.paint));
  const editable = new Sample(rows.map((row) => row.editable));
  table(
    'Opening the page, 10 times',
    ['', 'p50', 'most'],
    [
      ['first paint', ms(paint.at(0.5)), ms(paint.most)],
      ['a prompt that can be edited', ms(editable.at(0.5)), ms(editable.most)],
    ],
  );
});

test('scrolling a list of 10,000 prompts', async ({ app, api }) => {
  const content = {
    body: { kind: 'text' as const, template: 'Hello {{name}}' },
    variables: [],
    settings: { parameters: {} },
    validations: [],
  };
  for (let first = 0; first < 10_000; first += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, at) => api.promptCreate({ name: `many/p${first + at}`, content })),
    );
  }
  await app.reload();
  const list = app.getByRole('complementary', { name: 'Prompts' });
  await expect(list.getByRole('link').first()).toBeVisible();
  await list.hover();
  await rest(app);
  const thread = await MainThread.of(app);
  const { longCount, longTasks, gaps } = await thread.watch(async () => {
    for (let at = 0; at < 300; at += 1) {
      await app.mouse.wheel(0, 800);
      await app.waitForTimeout(16);
    }
  });
  table(
    'Scrolling 10,000 prompts',
    ['', 'measured', 'limit'],
    [
      ['gap between frames, p50', ms(gaps.at(0.5)), '16.7 ms'],
      ['gap between frames, p99', ms(gaps.at(0.99)), '-'],
      ['tasks over 50 ms', `${longCount}${longCount > 0 ? `, most ${ms(longTasks.most)}` : ''}`, '0'],
    ],
  );
});

test('scrolling a grid of 100,000 cells', async ({ app, api, workspace }) => {
  const { run } = await manyCases(api, workspace, { cases: 20_000, columns: 5 });
  await app.goto(new URL(`/runs/${run}`, app.url()).href);
  const grid = app.getByRole('grid');
  await expect(grid.locator('[data-cell="0:1"]')).toBeVisible();
  await grid.hover();
  await rest(app);
  const thread = await MainThread.of(app);
  const before = await thread.heap();
  const { longCount, longTasks, gaps } = await thread.watch(async () => {
    for (let at = 0; at < 600; at += 1) {
      await app.mouse.wheel(0, 1600);
      await app.waitForTimeout(16);
    }
  });
  const rows = await grid.locator('[role="row"]').last().getAttribute('aria-rowindex');
  table(
    `Scrolling a grid of 100,000 cells, to row ${rows}`,
    ['', 'measured', 'limit'],
    [
      ['gap between frames, p50', ms(gaps.at(0.5)), '16.7 ms'],
      ['gap between frames, p99', ms(gaps.at(0.99)), '-'],
      ['gap between frames, most', ms(gaps.most), '50 ms'],
      ['tasks over 50 ms', `${longCount}${longCount > 0 ? `, most ${ms(longTasks.most)}` : ''}`, '0'],
      ['memory before and after', `${megabytes(before)}, ${megabytes(await thread.heap())}`, '-'],
    ],
  );
});
