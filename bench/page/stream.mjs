// Measures the page while columns stream: its long tasks, its memory, and how late its frames are.
//
//   node bench/page/stream.mjs [COLUMNS] [TOKENS] [EVERY_MS] [WORDS|MARKDOWN]
//
// Needs a production build of the page (`npm --prefix ui run build`), the programs of `make build-all`, and Chromium.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [columns = 8, tokens = 12_500, everyMs = 5] = process.argv.slice(2, 5).map(Number);
const kind = process.argv[5] ?? 'markdown';
const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache', 'formaops', 'target');
const { chromium } = createRequire(new URL('../../tests/e2e/package.json', import.meta.url))(
  '@playwright/test',
);

const PROSE = `## A heading\n\nSome *words* of an answer with \`code\`, a [link](https://example.com) and **more** of them, as models write.\n\n- one item\n- another one\n\n\`\`\`js\nconst answer = 42;\nconsole.log(answer);\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`;
const PARTS = kind === 'words' ? ['word '] : PROSE.match(/\s*\S+\s*/g);

/** A model server that answers with so many tokens, one each few milliseconds, however late its timers are. */
const models = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const began = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      const due = Math.min(tokens, Math.floor((performance.now() - began) / everyMs));
      for (; sent < due; sent += 1) {
        const delta = { content: PARTS[sent % PARTS.length] };
        const choices = [{ index: 0, delta, finish_reason: null }];
        response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices })}\n\n`);
      }
      if (sent < tokens) return;
      clearInterval(timer);
      response.end(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`,
      );
    }, everyMs);
  });
}).listen(0, '127.0.0.1');
await new Promise((done) => models.once('listening', done));

const root = await mkdtemp(join(tmpdir(), 'fo-'));
const env = {
  ...process.env,
  XDG_CONFIG_HOME: root,
  XDG_DATA_HOME: root,
  XDG_CACHE_HOME: root,
  FORMAOPS_WORKSPACE: join(root, 'bench'),
  DBUS_SESSION_BUS_ADDRESS: `unix:path=${root}/no-bus`,
};
const host = spawn(
  join(target, process.env.PROFILE ?? 'debug', 'formaops'),
  ['serve', '--port', '0', '--json'],
  { env, stdio: ['ignore', 'pipe', 'inherit'] },
);
const { address } = JSON.parse(
  await new Promise((line) => createInterface({ input: host.stdout }).once('line', line)),
);
const browser = await chromium.launch({
  executablePath: process.env.FORMAOPS_CHROMIUM ?? 'chromium',
  args: ['--enable-precise-memory-info', '--js-flags=--expose-gc'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const call = (method, path, body) =>
    page.evaluate(
      async ([method, path, body]) => {
        const authorization = `Bearer ${sessionStorage.getItem('formaops.bearer')}`;
        const headers = { authorization, 'content-type': 'application/json' };
        const response = await fetch(path, { method, headers, body });
        return response.json();
      },
      [method, path, body && JSON.stringify(body)],
    );
  const baseUrl = `http://127.0.0.1:${models.address().port}/v1`;
  await call('POST', '/api/providers', { name: 'bench', kind: 'openai-chat', baseUrl });
  await page.evaluate(() => {
    window.long = [];
    window.frames = [];
    new PerformanceObserver((list) =>
      window.long.push(...list.getEntries().map(({ duration, startTime }) => [startTime, duration])),
    ).observe({ type: 'longtask' });
  });
  const { run } = await call('POST', '/api/runs', {
    prompt: 'summarise',
    models: Array.from({ length: columns }, (_, at) => ({ model: `bench:m${at}` })),
    inputs: { text: 'x' },
  });
  await page.evaluate((path) => history.pushState(null, '', path), `/runs/${run.id}`);
  await page
    .locator('article')
    .nth(columns - 1)
    .waitFor();
  await page.evaluate(() => {
    window.long.length = 0;
    let last = performance.now();
    const frame = (now) => {
      window.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const heap = () =>
    page.evaluate(() => {
      window.gc?.();
      return Math.round(performance.memory.usedJSHeapSize / 1e6);
    });
  // The time of the processor that the page takes says more than the clock where the machine is busy.
  const session = await browser.newBrowserCDPSession();
  const cpu = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ cpuTime }) => cpuTime));
  };
  const samples = [];
  const cpuShares = [];
  let before = [performance.now(), await cpu()];
  const began = Date.now();
  for (;;) {
    await new Promise((done) => setTimeout(done, 5000));
    const next = [performance.now(), await cpu()];
    cpuShares.push(Math.round((100_000 * (next[1] - before[1])) / (next[0] - before[0])));
    before = next;
    samples.push(await heap());
    const { run: now } = await call('GET', `/api/runs/${run.id}`);
    if (now.status === 'completed' || now.status === 'cancelled') break;
  }
  const seconds = (Date.now() - began) / 1000;
  const { tasks, frames } = await page.evaluate(() => ({ tasks: window.long, frames: window.frames }));
  const long = tasks.map(([, duration]) => duration);
  const longByTenSeconds = tasks.reduce((counts, [start]) => {
    const at = Math.floor(start / 10_000);
    counts[at] = (counts[at] ?? 0) + 1;
    return counts;
  }, []);
  const sorted = (values) => values.toSorted((a, b) => a - b);
  const at = (values, share) => Math.round(sorted(values)[Math.floor(values.length * share)] ?? 0);
  console.log(
    JSON.stringify({
      kind,
      columns,
      tokens: columns * tokens,
      seconds: Math.round(seconds),
      perSecondAColumn: Math.round(1000 / everyMs),
      longTasks: long.length,
      longest: Math.round(Math.max(0, ...long)),
      longSum: Math.round(long.reduce((a, b) => a + b, 0)),
      longByTenSeconds,
      frames: {
        count: frames.length,
        p50: at(frames, 0.5),
        p95: at(frames, 0.95),
        p99: at(frames, 0.99),
        most: Math.round(Math.max(...frames)),
      },
      heapMb: samples,
      cpuPercent: cpuShares,
    }),
  );
} finally {
  await browser.close();
  host.kill();
  models.close();
  models.closeAllConnections();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
