// Runs every configuration in `configs/` with promptfoo against the scripted model server, and writes down beside each what
// came of it: `promptfoo.json`. `tests/it/promptfoo.rs` runs the same files with `formaops eval -c` and compares, so promptfoo
// is only needed when they change:
//
//   npm install --prefix /tmp/promptfoo promptfoo@0.123.1
//   cargo build -p formaops-testkit
//   node tests/conformance/promptfoo/record-configs.mjs /tmp/promptfoo TARGET/debug/formaops-scripted-server [NAME…]
//
// promptfoo 0.123 needs Node 22.22 or newer. What is written holds no times, ids or paths.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const [folder, server, ...wanted] = process.argv.slice(2);
const root = resolve(folder, 'node_modules/promptfoo');
const { version } = createRequire(import.meta.url)(join(root, 'package.json'));
const configs = join(import.meta.dirname, 'configs');
const scratch = mkdtempSync(join(tmpdir(), 'promptfoo-'));

const model = spawn(resolve(server), { stdio: ['ignore', 'pipe', 'inherit'] });
const address = await new Promise((found) => createInterface({ input: model.stdout }).once('line', found));

const env = {
  ...process.env,
  MODEL_SERVER: address,
  OPENAI_API_KEY: 'none',
  PROMPTFOO_CONFIG_DIR: scratch,
  PROMPTFOO_DISABLE_TELEMETRY: '1',
  PROMPTFOO_DISABLE_UPDATE: '1',
  PROMPTFOO_DISABLE_REMOTE_GENERATION: 'true',
  PROMPTFOO_DISABLE_SHARING: '1',
};
const round = (number) => Math.round(number * 1e6) / 1e6;

/** What is compared of a result. */
function told(result) {
  const components = result.gradingResult?.componentResults ?? [];
  return {
    vars: result.vars,
    prompt: result.prompt.raw,
    output: result.response?.output,
    success: result.success,
    score: round(result.score),
    namedScores: Object.fromEntries(Object.entries(result.namedScores).map(([name, score]) => [name, round(score)])),
    asserts: components.map(({ pass, score }) => ({ pass, score: round(score) })),
  };
}

try {
  const names = wanted.length > 0 ? wanted : readdirSync(configs).sort();
  for (const name of names) {
    const cwd = join(configs, name);
    const file = readdirSync(cwd).find((file) => file.startsWith('promptfooconfig.'));
    const output = join(scratch, `${name}.json`);
    const bin = join(root, 'dist/src/entrypoint.js');
    const options = ['eval', '-c', file, '-o', output, '--no-cache', '--no-table', '--no-progress-bar'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...options], { cwd, env, encoding: 'utf8' });
    if (status !== 0 && status !== 100) throw new Error(`${name}: exit code ${status}\n${stdout}\n${stderr}`);
    const { results } = JSON.parse(readFileSync(output, 'utf8'));
    const rows = results.results.sort((a, b) => a.testIdx - b.testIdx || a.promptIdx - b.promptIdx).map(told);
    const lines = rows.map((row) => `    ${JSON.stringify(row)}`);
    const columns = results.prompts.map(({ metrics }) => metrics.namedScores);
    const text = `{\n  "promptfoo": ${JSON.stringify(version)},\n  "exitCode": ${status},\n  "namedScores": ${JSON.stringify(columns)},\n  "results": [\n${lines.join(',\n')}\n  ]\n}\n`;
    writeFileSync(join(cwd, 'promptfoo.json'), text);
    console.log(`${name}: ${rows.length} results, ${rows.filter((row) => row.success).length} passed`);
  }
} finally {
  model.kill();
  rmSync(scratch, { recursive: true, force: true });
}
